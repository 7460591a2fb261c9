/**
 * The name of a file's done file, a marker that says that the file is complete.
 * @param pattern `{name}` stands for the whole name, `{stem}` for what precedes its last dot.
 * @example doneFileName('a.csv', '{stem}.ok') // 'a.ok'
 */
export function doneFileName(name: string, pattern: string): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  // In one pass: a name may itself contain a placeholder.
  return pattern.replace(/\{(name|stem)\}/g, (_, placeholder) => (placeholder === 'name' ? name : stem));
}

/** Whether a name matches the pattern of done files: its fixed text around at least one character. */
export function isDoneFile(name: string, pattern: string): boolean {
  const [head = '', tail = ''] = pattern.split(/\{name\}|\{stem\}/);
  return name.length > head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
