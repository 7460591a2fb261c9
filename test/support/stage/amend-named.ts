import { parseTemplate } from '../../../cli/local/template/assembly.ts';
import type { Amend } from './test-stage.ts';

/** Replaces text in the alarms and state machines whose names are so. */
export function amendNamed(name: RegExp, text: RegExp, replacement: string): Amend {
  return (template) => {
    const meant = Object.entries(template.Resources).filter(([, { Properties }]) =>
      [Properties.AlarmName, Properties.StateMachineName].some((each) => name.test(String(each))),
    );
    const changed = meant.map(([id, resource]) => {
      const json = JSON.stringify(resource);
      if (!text.test(json)) throw new Error(`${id} does not contain ${text}`);
      return [id, JSON.parse(json.replace(text, replacement))];
    });
    if (meant.length === 0) throw new Error(`The template has no name like ${name}`);
    return parseTemplate({
      ...template,
      Resources: { ...template.Resources, ...Object.fromEntries(changed) },
    });
  };
}
