import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../../lambdas/ftps/capabilities.ts';

const reply = (...lines: string[]) => {
  const bytes = lines.join('\n');
  return { code: Number(bytes.slice(0, 3)), bytes, shown: bytes };
};

describe('the reply to FEAT', () => {
  it('tells what ProFTPD 1.3.8 can do', () => {
    const capabilities = capabilitiesOf(
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

    expect(capabilities).toMatchObject({ mlsd: true, utf8: true, silentFacts: [] });
    expect(capabilities.features?.get('REST')).toBe('STREAM');
  });

  it('tells what vsftpd 3.0.3 cannot do', () => {
    const capabilities = capabilitiesOf(
      reply('211-Features:', ' EPSV', ' MDTM', ' SIZE', ' UTF8', '211 End'),
    );

    expect(capabilities).toMatchObject({ mlsd: false, utf8: true });
  });

  it('names the wanted facts that are offered and switched off', () => {
    const capabilities = capabilitiesOf(
      reply('211-Features:', ' MLST Type*;Size;Modify*;Unique;Perm;', '211 End'),
    );

    expect(capabilities.silentFacts).toEqual(['size', 'unique']);
  });

  it('is understood in lower case and without indentation', () => {
    const capabilities = capabilitiesOf(reply('211-Extensions supported', 'mlsd', 'utf8', '211 end'));

    expect(capabilities).toMatchObject({ mlsd: true, utf8: true });
  });

  it('leaves MLSD to be tried where FEAT is not known', () => {
    const capabilities = capabilitiesOf(reply('500 Unknown command'));

    expect(capabilities).toMatchObject({ features: undefined, mlsd: true });
  });

  it('is the whole list where the server has no extension at all', () => {
    const capabilities = capabilitiesOf(reply('211 No features'));

    expect(capabilities).toMatchObject({ features: new Map(), mlsd: false });
  });
});
