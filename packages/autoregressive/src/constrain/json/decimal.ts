/** A decimal number, exactly: units · 10^(−places). */
export type Decimal = { readonly units: bigint; readonly places: number };

/** The decimal that a finite number is written as, which is not the binary one that it is rounded to. */
export function decimalOf(x: number): Decimal {
  const [mantissa = '', exponent = '0'] = String(x).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction);
  return places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 };
}

/** The largest integer n with n · 10^(−places) at most the decimal. */
export function floorAt({ units, places: own }: Decimal, places: number): bigint {
  if (places >= own) return units * 10n ** BigInt(places - own);
  const scale = 10n ** BigInt(own - places);
  const cut = units / scale; // towards zero
  return units < 0n && cut * scale !== units ? cut - 1n : cut;
}

/** The smallest integer n with n · 10^(−places) at least the decimal. */
export function ceilAt({ units, places }: Decimal, at: number): bigint {
  return -floorAt({ units: -units, places }, at);
}
