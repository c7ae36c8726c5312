import { Assignment, type AppliedReport, type AssignmentState, type Publication } from './assignment.ts';
import { entryOverhead, type Storage } from './storage.ts';

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
    return this.#change(name, (assignment) => assignment.publish(publication));
  }

  /** Reports about names without a configuration are kept while there is room. */
  reported(name: string, report: AppliedReport): void {
    this.#change(name, (assignment) => assignment.reported(report));
  }

  restore(name: string, state: AssignmentState): void {
    this.#change(name, (assignment) => assignment.restore(state));
  }

  clear(): void {
    for (const name of this.#byName.keys()) this.#forget(name);
  }

  /** False where there is no room; a name that is new is not kept then. */
  #change(name: string, change: (assignment: Assignment) => boolean): boolean {
    const known = this.#byName.get(name);
    if (known !== undefined) return change(known);
    if (this.#byName.size >= mostNames && !this.#forgetOne()) return false;
    if (!this.#storage.take(entrySize(name))) return false;
    const assignment = new Assignment(this.#storage);
    this.#byName.set(name, assignment);
    if (change(assignment)) return true;
    this.#forget(name);
    return false;
  }

  /** Forgets the oldest name to which nothing is assigned; false where there is none. */
  #forgetOne(): boolean {
    for (const [name, { published }] of this.#byName) {
      if (published !== undefined) continue;
      this.#forget(name);
      return true;
    }
    return false;
  }

  #forget(name: string): void {
    this.#byName.get(name)?.clear();
    this.#byName.delete(name);
    this.#storage.give(entrySize(name));
  }
}

function entrySize(name: string): number {
  return Buffer.byteLength(name) + entryOverhead;
}
