/** What is longer is no event of CloudWatch Logs either. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const maxLineLength = 1024 * 1024;

/** Puts lines together again from text that comes in any pieces, and gives on those that are whole. */
export function wholeLines(onLine: (line: string) => void): (text: string) => void {
  let begun = '';
  return (text) => {
    const lines = (begun + text).split('\n');
    const rest = lines.pop() ?? '';
    begun = rest.length > maxLineLength ? '' : rest;
    for (const line of lines) onLine(line);
  };
}
