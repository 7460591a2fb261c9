export { bytesText, countText, durationText } from '../lambdas/report/amounts.ts';
