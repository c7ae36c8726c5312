import { element, labelled } from './elements.ts';
import { pretty } from './format.ts';
import { messageOf } from './request.ts';

/** What was entered and not saved, by the name of the field: it is there again when the view is. */
const drafts = new Map<string, string>();

/** A text field for JSON that says what is wrong with it while it is being written. */
export class JsonField {
  readonly element: HTMLElement;
  readonly #label: string;
  readonly #area: HTMLTextAreaElement;
  readonly #problem = element('span', { class: 'outcome failed', role: 'status' });
  readonly #draft: string;
  #original = '';

  /** @param options `draft`: the name under which what is not saved is kept while other views are shown */
  constructor(label: string, options: { rows?: number; hint?: string; draft: string }) {
    this.#label = label;
    this.#draft = options.draft;
    this.#area = element('textarea', { rows: options.rows ?? 4, spellcheck: 'false', autocomplete: 'off' });
    this.#area.value = drafts.get(this.#draft) ?? '';
    this.#area.addEventListener('input', () => {
      drafts.set(this.#draft, this.#area.value);
      this.#check();
    });
    this.element = element('div', {}, labelled(label, this.#area, options.hint), this.#problem);
  }

  /** Whether something was entered that is not saved. */
  get isEdited(): boolean {
    return this.#area.value !== this.#original;
  }

  /** Puts a value into the field, as saved. */
  show(json: unknown): void {
    this.#original = pretty(json);
    this.#area.value = this.#original;
    drafts.delete(this.#draft);
    this.#check();
  }

  /** A value was saved; it counts as that where nothing else was entered meanwhile. */
  saved(json: unknown): void {
    if (this.#findProblem() !== '' || JSON.stringify(this.read()) !== JSON.stringify(json)) return;
    this.#original = this.#area.value;
    drafts.delete(this.#draft);
  }

  /**
   * The value; undefined where the field is empty.
   * @throws {Error} where it is not JSON
   */
  read(): unknown {
    const text = this.#area.value.trim();
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`${this.#label} is not JSON: ${messageOf(error)}`, { cause: error });
    }
  }

  /**
   * The value.
   * @throws {Error} where it is not JSON, or empty
   */
  require(): unknown {
    const value = this.read();
    if (value === undefined) throw new Error(`${this.#label} is empty`);
    return value;
  }

  #findProblem(): string {
    try {
      this.read();
      return '';
    } catch (error) {
      return messageOf(error);
    }
  }

  #check(): void {
    const problem = this.#findProblem();
    this.#problem.textContent = problem;
    this.#area.setAttribute('aria-invalid', String(problem !== ''));
  }
}
