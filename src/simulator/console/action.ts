/** A button that calls the control API, with the outcome in words, and the `curl` line that does the same. */
import { element } from './elements.ts';
import type { Live } from './live.ts';
import { type ApiRequest, curlOf, send } from './request.ts';

export interface ActionOptions {
  readonly label: string;
  readonly kind?: 'primary' | 'danger' | 'quiet';
  /**
   * What the button would send now.
   * @throws {Error} whose message says what to enter before
   */
  readonly request: () => ApiRequest;
  /** What to say of the answer; nothing is said where it gives nothing. */
  readonly done?: (answer: unknown) => string | undefined;
}

export interface Action {
  readonly button: HTMLButtonElement;
  /** The button with everything else. */
  readonly element: HTMLElement;
  /** Does what a click does. */
  readonly run: () => Promise<void>;
}

export function action(live: Live, { label, kind = 'primary', request, done }: ActionOptions): Action {
  const outcome = element('span', { class: 'outcome', role: 'status' });
  const say = (text: string, failed: boolean): void => {
    outcome.textContent = text;
    outcome.classList.toggle('failed', failed);
  };
  const run = async (): Promise<void> => {
    button.disabled = true;
    say('', false);
    try {
      const answer = await send(request());
      say(done?.(answer) ?? '', false);
    } catch (error) {
      say(messageOf(error), true);
    } finally {
      button.disabled = false;
    }
  };
  const button = element('button', { type: 'button', class: kind, onclick: () => void run() }, label);
  return {
    button,
    element: element('div', { class: 'action' }, button, outcome, curl(live, label, request)),
    run,
  };
}

/** What is folded away until somebody asks: the line is written when it is opened, and again whenever it is copied. */
function curl(live: Live, label: string, request: () => ApiRequest): HTMLElement {
  const line = element('code', { tabindex: '0' });
  const write = (): void => {
    try {
      line.textContent = curlOf(request(), window.location.origin, live.auth);
    } catch (error) {
      line.textContent = `# ${messageOf(error)}`;
    }
  };
  const copied = copyButton('copy', () => {
    write();
    return line.textContent;
  });
  const made = element(
    'details',
    { class: 'curl' },
    element('summary', { 'aria-label': `curl command for ${label}` }, 'curl'),
    element('div', { class: 'code' }, line, copied),
  );
  made.addEventListener('toggle', write);
  // What is entered while it is open is in it at once.
  const follow = (): void => {
    if (made.open && made.isConnected) write();
  };
  made.addEventListener('toggle', () => {
    if (made.open) document.addEventListener('input', follow);
    else document.removeEventListener('input', follow);
  });
  return made;
}

/** A button that copies a text, and says that it has. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'quiet small', 'aria-live': 'polite' }, label);
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(text()).then(
      () => (button.textContent = 'copied'),
      // A page that is not on loopback may not use the clipboard.
      () => (button.textContent = 'select and copy it'),
    );
  });
  button.addEventListener('blur', () => (button.textContent = label));
  return button;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
