import { parseTemplate, type Template } from '../../../local/cloudformation/assembly.ts';

/**
 * Changes the synthesized template before it is served, for what a test cannot wait for as long as
 * production.
 */
export type Amend = (template: Template) => Template;

/**
 * Replaces text anywhere in the template. In a workflow definition, which is JSON in JSON, quotes are
 * escaped.
 * @throws Error when the template does not contain the text.
 */
export function amendText(text: string, replacement: string): Amend {
  return (template) => {
    const json = JSON.stringify(template);
    if (!json.includes(text)) throw new Error(`The template does not contain ${text}`);
    return parseTemplate(JSON.parse(json.replaceAll(text, replacement)));
  };
}

/**
 * Replaces text in the alarms and state machines whose name matches.
 * @throws Error when no name matches, or one of them does not contain the text.
 */
export function amendNamed(name: RegExp, text: RegExp, replacement: string): Amend {
  return (template) => {
    const matching = Object.entries(template.Resources).filter(([, { Properties }]) =>
      [Properties.AlarmName, Properties.StateMachineName].some((each) => name.test(String(each))),
    );
    const changed = matching.map(([id, resource]) => {
      const json = JSON.stringify(resource);
      if (!text.test(json)) throw new Error(`${id} does not contain ${text}`);
      return [id, JSON.parse(json.replace(text, replacement))];
    });
    if (matching.length === 0) throw new Error(`No alarm or state machine of the template matches ${name}`);
    return parseTemplate({
      ...template,
      Resources: { ...template.Resources, ...Object.fromEntries(changed) },
    });
  };
}
