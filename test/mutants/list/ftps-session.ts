import { type Mutant, mutantsOf } from '../mutant.ts';

const openSession = 'test/contract/ftps/session/open-session.test.ts';
const embedded = 'test/contract/ftps/servers/embedded.test.ts';

/** TLS, login and names: what keeps a network attacker and a hostile server out. */
export const ftpsSessionMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/ftps/session/tls-options.ts',
    ['test/unit/ftps/session/tls-options.test.ts', embedded],
    [
      {
        name: 'Accepts a certificate that no trusted authority has issued',
        find: 'rejectUnauthorized: true',
        replace: 'rejectUnauthorized: false',
      },
      {
        name: 'Does not compare the name in the certificate with the host',
        find: 'checkServerIdentity(name, certificate) ?? pinMismatch',
        replace: 'pinMismatch',
      },
      {
        name: 'Does not compare the certificate with tls.fingerprints',
        find: 'if (fingerprints.includes(fingerprint)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/session/connect.ts',
    [openSession, embedded],
    [
      {
        name: 'Goes on in plain text where the server refuses AUTH TLS',
        find: 'await requestTls(control);',
        replace: 'try { await requestTls(control); } catch { return; }',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/session/login.ts',
    [openSession, embedded],
    [
      {
        name: 'Leaves data connections unencrypted',
        find: "  await expectProtection(control, 'PROT P');\n",
        replace: '',
      },
      {
        name: 'Goes on where the server refuses PROT P',
        find: 'if (!isPositive(reply))\n    throw replyError(control, reply, { attempt: `sending',
        replace: 'if (reply.code === 0)\n    throw replyError(control, reply, { attempt: `sending',
      },
      { name: 'Transfers in ASCII', find: '  await expectBinary(control);\n', replace: '' },
      {
        name: 'Sends a password with a line break',
        find: ' && !/[\\r\\n\\0]/.test(bytes)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/control/line-context.ts',
    ['test/unit/ftps/control/control.test.ts'],
    [
      {
        name: 'Keeps the text that arrived before TLS',
        find: "    this.#pending = '';\n    this.socket = socket;",
        replace: '    this.socket = socket;',
      },
      {
        name: 'Reads a reply line of any length',
        find: 'this.#pending.length > maxLineLength',
        replace: 'this.#pending.length > maxLineLength * 1e6',
      },
      {
        name: 'Drops a reply that no command awaits, and goes on',
        find: 'if (this._task === undefined) this.#listeners.onUnawaited(message);',
        replace: 'if (this._task === undefined) return;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/control/control.ts',
    ['test/unit/ftps/control/control.test.ts', openSession, 'test/contract/ftps/session/commands.test.ts'],
    [
      {
        name: 'Sends a command with a line break',
        find: 'if (commands.some((command) => /[\\r\\n\\0]/.test(command))) {',
        replace: 'if (commands.length === 0 && onReply === undefined) {',
      },
      {
        name: 'Takes 421 as an answer like any other',
        find: 'return code === 421 || (code',
        replace: 'return (code',
      },
      {
        name: 'Takes the end of the login as an answer like any other',
        find: " || (code === 530 && this.#phase === 'open')",
        replace: '',
      },
      {
        name: 'Shows what the server echoes of a secret',
        find: 'return maskSecrets(text, this.#options.secretForms);',
        replace: 'return text;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/control/secret-forms.ts',
    ['test/unit/ftps/control/secret-forms.test.ts'],
    [
      { name: 'Does not mask the base64 of a secret', find: ', ...base64Forms(bytes)]', replace: ']' },
      {
        name: 'Does not mask the lines of a client key',
        find: ', ...keyLines(clientKey)]',
        replace: ']',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/data/passive-address.ts',
    ['test/unit/ftps/data/passive-address.test.ts'],
    [
      {
        name: 'Connects to any host that PASV announces',
        find: '  return undefined;\n}\n\nfunction isUnroutable',
        replace: '  return announced;\n}\n\nfunction isUnroutable',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/session/pool.ts',
    ['test/contract/ftps/session/pool.test.ts'],
    [
      {
        name: 'Repeats a refused login with each further session',
        find: "      kind === 'login-refused' ||\n",
        replace: '',
      },
      {
        name: 'Opens all first sessions at the same time',
        find: '(this.#hasOpened || this.#openings.size === 0)',
        replace: 'this.maxSessions > 0',
      },
      {
        name: 'Opens as many sessions as after no refusal',
        find: "if (others > 0 && kind === 'too-many-connections') this.#limit = others;",
        replace: '',
      },
      {
        name: 'Uses a lost session again',
        find: 'if (isSurplus || session.lost) this.#dismiss(session);',
        replace: 'if (isSurplus) this.#dismiss(session);',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/session/rename.ts',
    ['test/contract/ftps/session/rename.test.ts'],
    [
      {
        name: 'Takes the 421 to RNTO as a refusal',
        find: 'if (reply.code !== 421) return reply;',
        replace: 'return reply;',
      },
      {
        name: 'Takes a lost answer to RNTO as no rename',
        find: 'throw new RenameUncertainError({',
        replace: 'throw new FtpsError({',
      },
      {
        name: 'Takes a file that the server stored under another name as renamed',
        find: 'if (refusesToTell(sizeReply) && !isOfPureFtpd) return;',
        replace: 'return;',
      },
      {
        name: 'Believes a rename after which the old name has the file',
        find: 'if (atOldName === undefined || !isPositive(atOldName)) return;',
        replace: 'return;',
      },
      {
        name: 'Takes a session that is lost after a confirmed rename as no rename',
        find: 'if (error instanceof FtpsError) return undefined;',
        replace: '',
      },
    ],
  ),
];
