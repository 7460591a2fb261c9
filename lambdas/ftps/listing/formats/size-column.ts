/**
 * The size in a column of a listing. Undefined where the text is no size. Its bytes are undefined where it is
 * negative, rounded (`33.5k`) or longer than a whole number of JavaScript: an approximate size would make the
 * download fail, because the file has another one.
 */
export function parseSizeColumn(text: string): { readonly bytes: number | undefined } | undefined {
  if (/^\d{1,15}$/.test(text)) return { bytes: Number(text) };
  if (/^\d{1,3}(?:,\d{3}){1,4}$/.test(text)) return { bytes: Number(text.replaceAll(',', '')) };
  if (/^\d{1,3}(?:\.\d{3}){2,4}$/.test(text)) return { bytes: Number(text.replaceAll('.', '')) };
  if (/^(?:-\d{1,19}|\d{1,15}\.\d{1,3}|\d{16,20}|\d{1,15}(?:[.,]\d{1,3})?[KMGTP]i?B?)$/i.test(text))
    return { bytes: undefined };
  return undefined;
}

/**
 * The size at the end of a column that has run into it: `ftpadmin125435904`, where `ftpadmin` fills the eight
 * columns that `ls` gives to a name. Undefined for other texts: a number may be the end of a name.
 */
export function parseJoinedSize(text: string): { readonly bytes: number } | undefined {
  const digits = /^[^\d\s]\S{6,40}?[^\d\s](\d{1,15})$/.exec(text)?.[1];
  return digits === undefined ? undefined : { bytes: Number(digits) };
}
