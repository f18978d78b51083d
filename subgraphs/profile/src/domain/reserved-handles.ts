/** Names that would let their bearer pose as the service, its staff or a page of it. Lower case, no underscores. */
const RESERVED: ReadonlySet<string> = new Set(
  `
    about abuse account accounts admin administrator admins anonymous api app audit auth billing blog bot
    compliance contact customer customers daemon delete deleted developer developers docs edit erased error
    everybody everyone explore faq feedback finance graphql guest handle health help helpdesk home
    hostmaster info legal login logout mail mailerdaemon me metrics mod moderator moderators myprofile news
    nobody noreply notification notifications null official operator owner password payment payments
    postmaster preferences pricing privacy profile profiles refund refunds register reset robot root sales
    search security service session sessions settings signin signout signup somebody staff status superuser
    support suspended sysadmin system team terms test trust undefined unknown user username users vendor
    vendors verified webmaster www
  `
    .trim()
    .split(/\s+/),
);

/**
 * Tells whether nobody may take a handle. Underscores do not count: `ad_min` reads like `admin`.
 *
 * @param handle in lower case
 */
export function isReservedHandle(handle: string): boolean {
  return RESERVED.has(handle.replaceAll('_', ''));
}
