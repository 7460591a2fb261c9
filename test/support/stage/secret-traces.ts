import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each secret in the forms in which it may stand somewhere: as it is, and as JSON, URLs, base64 and hexadecimal have it. */
export function needlesOf(secrets: readonly string[]): readonly Needle[] {
  return secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('hex'),
    ];
    return [...new Set(forms)].map((form) => ({ secret, bytes: Buffer.from(form) }));
  });
}

export interface Needle {
  readonly secret: string;
  readonly bytes: Buffer;
}

/** The lines of a PEM text that only it can have. */
export function secretLines(pem: string): readonly string[] {
  return pem.split('\n').filter((line) => line.length >= 20 && !line.startsWith('-----'));
}

/** Which secrets stand in the bytes. */
export function secretsIn(bytes: Buffer | string, needles: readonly Needle[]): readonly string[] {
  const hay = Buffer.from(bytes);
  return [...new Set(needles.filter((needle) => hay.includes(needle.bytes)).map(({ secret }) => secret))];
}

/** Every file below the folder, with what it holds. */
export function* filesBelow(folder: string): Generator<readonly [path: string, bytes: Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) yield [path, readFileSync(path)];
  }
}

/** What every user of the machine may read of a process, and what it was started with. */
export function processTraces(pid: number): readonly (readonly [path: string, bytes: Buffer])[] {
  return ['cmdline', 'environ'].map((name) => {
    const path = `/proc/${pid}/${name}`;
    return [path, readFileSync(path)];
  });
}
