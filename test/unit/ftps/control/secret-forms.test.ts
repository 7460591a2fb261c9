import { describe, expect, test } from 'vitest';
import { maskSecrets, secretForms } from '../../../../lambdas/ftps/control/secret-forms.ts';

const password = 'pä"ss/w+rd?';
const account = 'acct-77d1';
const passphrase = 'phrase-91c2e4';
const keyLine = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ';
const clientKey = `-----BEGIN PRIVATE KEY-----\n${keyLine}\nshort\n-----END PRIVATE KEY-----\n`;
const utf8 = (text: string) => Buffer.from(text).toString('latin1');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const forms = secretForms({ password, account, clientKey, clientKeyPassphrase: passphrase }, utf8);

describe('An echo of a secret is masked', () => {
  test.each([
    ['as sent', utf8(password)],
    ['in Latin-1', password],
    ['in base64', base64(password)],
    ['in base64 without padding', base64(password).replace(/=+$/, '')],
    ['in base64url', Buffer.from(password).toString('base64url')],
    ['in hexadecimal', Buffer.from(password).toString('hex')],
    ['in upper-case hexadecimal', Buffer.from(password).toString('hex').toUpperCase()],
    ['in a URL', encodeURIComponent(password)],
    ['in JSON', utf8(JSON.stringify(password).slice(1, -1))],
    ['as an account', account],
    ['as an account in base64', base64(account)],
    ['as a passphrase', passphrase],
    ['as a passphrase in base64', base64(passphrase)],
    ['as a line of a client key', keyLine],
  ])('%s', (_form, echoed) => {
    expect(maskSecrets(`530 No ${echoed} here`, forms)).toBe('530 No *** here');
  });

  test.each(['', 'a', 'ab', 'ann:', 'ann.b:'])(
    'in the base64 of a longer text that begins with "%s"',
    (before) => {
      const echoed = base64(`${before}${passphrase} and more`);

      const shown = maskSecrets(echoed, forms);

      expect(shown).toContain('***');
      // What is left holds no more than the secret's first and last byte.
      const left = shown.split('***').map((part) => Buffer.from(part, 'base64').toString('latin1'));
      expect(left.join(' ')).not.toContain(passphrase.slice(1, 5));
      expect(left.join(' ')).not.toContain(passphrase.slice(-5, -1));
    },
  );
});

test('Short lines of a key and an empty secret mask nothing', () => {
  const none = secretForms({ password: 'pw', clientKey, clientKeyPassphrase: '' }, utf8);

  expect(maskSecrets('550 short cut', none)).toBe('550 short cut');
});
