import { describe, expect, it } from 'vitest';
import { parseCapabilities } from '../../../../lambdas/ftps/session/capabilities.ts';

const reply = (...lines: string[]) => {
  const bytes = lines.join('\n');
  return { code: Number(bytes.slice(0, 3)), bytes, shown: bytes };
};

describe('the reply to FEAT', () => {
  it('lists what ProFTPD 1.3.8 can do', () => {
    const capabilities = parseCapabilities(
      reply(
        '211-Features:',
        ' AUTH TLS',
        ' MDTM',
        ' MLST modify*;perm*;size*;type*;unique*;UNIX.group*;UNIX.mode*;',
        ' REST STREAM',
        ' SIZE',
        ' UTF8',
        '211 End',
      ),
    );

    expect(capabilities).toMatchObject({ mlsd: true, utf8: true, disabledFacts: [] });
    expect(capabilities.features?.get('REST')).toBe('STREAM');
  });

  it('lacks what vsftpd 3.0.3 cannot do', () => {
    const capabilities = parseCapabilities(
      reply('211-Features:', ' EPSV', ' MDTM', ' SIZE', ' UTF8', '211 End'),
    );

    expect(capabilities).toMatchObject({ mlsd: false, utf8: true });
  });

  it('has the wanted facts that are offered and disabled', () => {
    const capabilities = parseCapabilities(
      reply('211-Features:', ' MLST Type*;Size;Modify*;Unique;Perm;', '211 End'),
    );

    expect(capabilities.disabledFacts).toEqual(['size', 'unique']);
  });

  it('is understood in lower case and without indentation', () => {
    const capabilities = parseCapabilities(reply('211-Extensions supported', 'mlsd', 'utf8', '211 end'));

    expect(capabilities).toMatchObject({ mlsd: true, utf8: true });
  });

  it('leaves MLSD to be tried where the server has no FEAT', () => {
    const capabilities = parseCapabilities(reply('500 Unknown command'));

    expect(capabilities).toMatchObject({ features: undefined, mlsd: true });
  });

  it('is empty where the server has no extension', () => {
    const capabilities = parseCapabilities(reply('211 No features'));

    expect(capabilities).toMatchObject({ features: new Map(), mlsd: false });
  });
});
