/**
 * The limit of CloudWatch Logs; longer lines are dropped.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
const maxLineLength = 1024 * 1024;

/** Splits text that arrives in pieces into lines. Returns the function that takes the pieces. */
export function splitLines(onLine: (line: string) => void): (text: string) => void {
  let partial = '';
  return (text) => {
    const lines = (partial + text).split('\n');
    const rest = lines.pop() ?? '';
    partial = rest.length > maxLineLength ? '' : rest;
    for (const line of lines) onLine(line);
  };
}
