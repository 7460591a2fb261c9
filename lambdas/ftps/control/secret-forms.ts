import type { Credentials } from '../../contract/partner-file/connection.ts';

/** A shorter secret has no encoded form that could be told from other text. */
const minEncodedLength = 4;

/** Shorter lines of a PEM text, such as the last one, are not masked: they could be any word. */
const minKeyLineLength = 20;

/**
 * Everything of the credentials that must not be shown, in each form in which a server may send it back: one
 * character per byte, as in replies, the longest first.
 * @param encode the connection's encoding of text; undefined where it cannot encode it.
 */
export function secretForms(
  credentials: Pick<Credentials, 'password' | 'account' | 'clientKey' | 'clientKeyPassphrase'>,
  encode: (text: string) => string | undefined,
): readonly string[] {
  const { password, account = '', clientKey = '', clientKeyPassphrase = '' } = credentials;
  const secrets = [password, account, clientKeyPassphrase, ...keyLines(clientKey)].filter(
    (secret) => secret !== '',
  );
  const forms = secrets.flatMap((secret) => [
    ...plainForms(secret, encode),
    ...plainForms(JSON.stringify(secret).slice(1, -1), encode),
    ...encodedForms(secret),
  ]);
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

/** Replaces every form with `***`. @param forms as {@link secretForms} orders them. */
export function maskSecrets(text: string, forms: readonly string[]): string {
  return forms.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}

function keyLines(pem: string): readonly string[] {
  return pem.split(/\r?\n/).filter((line) => line.length >= minKeyLineLength && !line.startsWith('-----'));
}

/** The bytes that we send, the UTF-8 bytes, and the characters in Latin-1. */
function plainForms(secret: string, encode: (text: string) => string | undefined): readonly string[] {
  return [encode(secret) ?? secret, Buffer.from(secret).toString('latin1'), secret];
}

function encodedForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < minEncodedLength) return [];
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), encodeURIComponent(secret.toWellFormed()), ...base64Forms(bytes)];
}

/**
 * The secret by itself, and within a longer text such as `user:password`: three bytes become four characters
 * (RFC 4648, 4), so it begins at one of three places in a group.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const begin = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    return text.slice(begin, end);
  });
  return [bytes.toString('base64'), ...within].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}
