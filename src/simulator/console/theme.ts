import { element, select } from './elements.ts';
import { Signal } from './signal.ts';

/** Another theme was chosen. */
export const themeChanged = new Signal<undefined>();

const key = 'kaa-simulator-theme';

/** Light, dark, or as the system has it; remembered by the browser. */
export function themeSwitch(): HTMLElement {
  const field = select(
    [
      ['auto', 'system'],
      ['light', 'light'],
      ['dark', 'dark'],
    ],
    localStorage.getItem(key) ?? 'auto',
  );
  field.setAttribute('aria-label', 'Theme');
  const apply = (): void => {
    if (field.value === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = field.value;
  };
  field.addEventListener('change', () => {
    localStorage.setItem(key, field.value);
    apply();
    themeChanged.emit(undefined);
  });
  apply();
  return element('span', { class: 'theme' }, field);
}
