import { element, labelled } from './elements.ts';
import { pretty } from './format.ts';

/** A text field for JSON that says what is wrong with it while it is being written. */
export class JsonField {
  readonly element: HTMLElement;
  readonly #label: string;
  readonly #area: HTMLTextAreaElement;
  readonly #problem = element('span', { class: 'outcome failed', role: 'status' });
  #original: string;

  constructor(label: string, text: string, options: { rows?: number; hint?: string } = {}) {
    this.#label = label;
    this.#original = text;
    this.#area = element('textarea', { rows: options.rows ?? 4, spellcheck: 'false', autocomplete: 'off' });
    this.#area.value = text;
    this.#area.addEventListener('input', () => this.#check());
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
    this.#check();
  }

  /** What stands in the field counts as saved. */
  saved(): void {
    this.#original = this.#area.value;
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
      throw new Error(`${this.#label} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
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

  #check(): void {
    let problem = '';
    try {
      this.read();
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    this.#problem.textContent = problem;
    this.#area.setAttribute('aria-invalid', String(problem !== ''));
  }
}
