import type { ExaminedPartner } from '../core/doctor/examined-partner.ts';
import type { DoctorSessions } from './doctor-sessions.ts';
import type { FindingsRecorder } from './findings-recorder.ts';

/** What every check after the login works with. */
export interface CheckContext {
  readonly partner: ExaminedPartner;
  readonly recorder: FindingsRecorder;
  readonly sessions: DoctorSessions;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
