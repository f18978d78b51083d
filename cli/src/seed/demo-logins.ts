/** The password of every demo user; demo data exists on the embedded default only. */
export const DEMO_PASSWORD = 'violet-harbor-42-lantern';

/** The three that are shown to everybody who starts the system. */
export const DEMO_LOGINS = [
  { email: 'admin@example.com', label: 'Admin', role: 'ADMIN', hint: 'sees everything, changes settings' },
  { email: 'vendor@example.com', label: 'Vendor', role: 'VENDOR', hint: 'is paid, reads reports of it' },
  { email: 'customer@example.com', label: 'Customer', role: 'CUSTOMER', hint: 'pays, edits a profile' },
] as const;
