/**
 * The active currencies of ISO 4217 by the number of decimals ("minor unit") that the standard gives them.
 *
 * They are written down because the runtime's own list follows usage and not the standard: it gives HUF no decimals
 * where ISO has two, and still knows currencies that have ended. Codes without a minor unit (precious metals, bond
 * market units, XDR, XSU, XUA, XTS, XXX) are left out: no payment can be made in them.
 *
 * The list is kept for ISO by SIX; each amendment is announced there.
 * @see https://www.six-group.com/en/products-services/financial-information/data-standards.html (list one)
 */
const CODES_BY_SCALE: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
    YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** The number of decimals of every active currency, by its code. */
export const CURRENCY_SCALES: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_SCALE).flatMap(([scale, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, Number(scale)] as const),
  ),
);
