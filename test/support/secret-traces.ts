import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each secret in all its encodings: plain, JSON, URL, base64 and hexadecimal. */
export function toNeedles(secrets: readonly string[]): readonly Needle[] {
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

/** The lines of a PEM text that are unique to it. */
export function secretLines(pem: string): readonly string[] {
  return pem.split('\n').filter((line) => line.length >= 20 && !line.startsWith('-----'));
}

/** The secrets that the bytes contain. */
export function findSecrets(bytes: Buffer | string, needles: readonly Needle[]): readonly string[] {
  const hay = Buffer.from(bytes);
  return [...new Set(needles.filter((needle) => hay.includes(needle.bytes)).map(({ secret }) => secret))];
}

/** All files below the folder with their contents. */
export function* readFiles(folder: string): Generator<readonly [path: string, bytes: Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) yield [path, readFileSync(path)];
  }
}

/** What a process shows in /proc: its command line and its initial environment. */
export function processTraces(pid: number): readonly (readonly [path: string, bytes: Buffer])[] {
  return ['cmdline', 'environ'].map((name) => {
    const path = `/proc/${pid}/${name}`;
    return [path, readFileSync(path)];
  });
}
