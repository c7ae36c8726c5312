import type { LoggedEvent } from './live.ts';

/** Which events the log shows; an empty text means all. */
export interface LogFilter {
  readonly text: string;
  readonly direction: '' | 'in' | 'out';
  readonly extension: string;
  readonly token: string;
  readonly failuresOnly: boolean;
}

/** Whether something went wrong with what an event is about. */
export function isFailure(event: LoggedEvent): boolean {
  if (event.kind !== 'message') return event.kind === 'disconnect' || event.kind === 'skipped';
  return (
    event.fault !== undefined ||
    event.topic.endsWith('/error') ||
    (event.outcome !== undefined && event.outcome !== 'accepted')
  );
}

export function passes(event: LoggedEvent, { text, direction, extension, token, failuresOnly }: LogFilter): boolean {
  if (failuresOnly && !isFailure(event)) return false;
  const parts = event.kind === 'message' ? event : undefined;
  if (direction !== '' && parts?.direction !== direction) return false;
  if (extension !== '' && parts?.extension !== extension) return false;
  if (token !== '' && !('token' in event && event.token === token)) return false;
  return text === '' || shownOf(event).toLowerCase().includes(text.toLowerCase());
}

/** What the log shows of an event. */
function shownOf(event: LoggedEvent): string {
  const { kind: _, ...parts } = event;
  return Object.values(parts).join(' ');
}
