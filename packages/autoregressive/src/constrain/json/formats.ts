const DATE = ((): string => {
  const leapYears = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
  const day = '(?:0[1-9]|1\\d|2[0-8])';
  const long = `(?:0[13578]|1[02])-(?:${day}|29|30|31)`;
  const short = `(?:0[469]|11)-(?:${day}|29|30)`;
  return `(?:\\d{4}-(?:${long}|${short}|02-${day})|${leapYears}-02-29)`;
})();
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?';
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

/**
 * Expressions of the formats of strings, by name. Each is within its format; those of e-mail addresses leave out what is rare (quoted
 * names, addresses as numbers).
 *
 * @source RFC 3339, 5.6 (date, time); RFC 9562 (uuid); RFC 5321, 4.1.2 (email).
 */
export const FORMATS: { readonly [format: string]: string } = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE}T${TIME}`,
  uuid: '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}',
  email: `[A-Za-z0-9_+-]{1,32}(?:\\.[A-Za-z0-9_+-]{1,31})?@${LABEL}(?:\\.${LABEL}){1,3}`,
  ipv4: `${BYTE}(?:\\.${BYTE}){3}`,
};
