import { Assignment, type AppliedReport, type AssignmentState, type Publication } from './assignment.ts';
import type { Storage } from './storage.ts';

const mostNames = 1000;

/** 7/CMP: the configurations of one endpoint by their names, `''` for the default one. */
export class Configurations {
  readonly #storage: Storage;
  readonly #byName = new Map<string, Assignment>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Those with something published or reported. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  find(name: string): Assignment | undefined {
    return this.#byName.get(name);
  }

  /** False where too many names have a configuration already, or there is no room. */
  publish(name: string, publication: Publication): boolean {
    return this.#findOrCreate(name)?.publish(publication) ?? false;
  }

  /** Reports about names without a configuration are kept while there is room. */
  reported(name: string, report: AppliedReport): void {
    this.#findOrCreate(name)?.reported(report);
  }

  restore(name: string, state: AssignmentState): void {
    this.#findOrCreate(name)?.restore(state);
  }

  clear(): void {
    for (const assignment of this.#byName.values()) assignment.clear();
    this.#byName.clear();
  }

  #findOrCreate(name: string): Assignment | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= mostNames && !this.#forgetOne()) return undefined;
    const assignment = new Assignment(this.#storage);
    this.#byName.set(name, assignment);
    return assignment;
  }

  /** Forgets the oldest name to which nothing is assigned; false where there is none. */
  #forgetOne(): boolean {
    for (const [name, assignment] of this.#byName) {
      if (assignment.published !== undefined) continue;
      assignment.clear();
      return this.#byName.delete(name);
    }
    return false;
  }
}
