/** A button that calls the control API, with the outcome in words, and the `curl` line that does the same. */
import { element } from './elements.ts';
import type { PanelContext } from './panel.ts';
import { type ApiRequest, curlOf, messageOf, send } from './request.ts';

export interface ActionOptions {
  readonly label: string;
  readonly kind?: 'primary' | 'danger' | 'quiet';
  /**
   * What the button would send now.
   * @throws {Error} whose message says what to enter before
   */
  readonly request: () => ApiRequest;
  /** What to say of the answer; nothing is said where it gives nothing. */
  readonly done?: (answer: unknown, sent: ApiRequest) => string | undefined;
}

export function action(context: PanelContext, { label, kind = 'primary', request, done }: ActionOptions): HTMLElement {
  const outcome = element('span', { class: 'outcome', role: 'status' });
  const say = (text: string, failed: boolean): void => {
    outcome.textContent = text;
    outcome.classList.toggle('failed', failed);
  };
  const run = async (): Promise<void> => {
    button.disabled = true;
    say('', false);
    try {
      const sent = request();
      const answer = await send(sent);
      say(done?.(answer, sent) ?? '', false);
    } catch (error) {
      say(messageOf(error), true);
    } finally {
      button.disabled = false;
    }
  };
  const button = element('button', { type: 'button', class: kind, onclick: () => void run() }, label);
  return element('div', { class: 'action' }, button, outcome, curl(context, label, request));
}

/** What is folded away until somebody asks: the line is written when it is opened, and again whenever it is copied. */
function curl({ live, scope }: PanelContext, label: string, request: () => ApiRequest): HTMLElement {
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
  // What is entered while it is open is in it at once.
  const follow = (): void => {
    if (made.open) write();
  };
  made.addEventListener('toggle', follow);
  document.addEventListener('input', follow);
  scope.atEnd(() => document.removeEventListener('input', follow));
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
