import { Assignment, type AppliedReport, type Publication } from './assignment.ts';

const mostNames = 1000;

/** 7/CMP: the configurations of one endpoint by their names, `''` for the default one. */
export class Configurations {
  readonly #byName = new Map<string, Assignment>();

  find(name: string): Assignment | undefined {
    return this.#byName.get(name);
  }

  /** False where too many names have a configuration already. */
  publish(name: string, publication: Publication): boolean {
    const assignment = this.#findOrCreate(name);
    assignment?.publish(publication);
    return assignment !== undefined;
  }

  /** Reports about names without a configuration are kept while there is room. */
  reported(name: string, report: AppliedReport): void {
    this.#findOrCreate(name)?.reported(report);
  }

  #findOrCreate(name: string): Assignment | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= mostNames && !this.#forgetOne()) return undefined;
    const assignment = new Assignment();
    this.#byName.set(name, assignment);
    return assignment;
  }

  /** Forgets the oldest name to which nothing is assigned; false where there is none. */
  #forgetOne(): boolean {
    for (const [name, { published }] of this.#byName) if (published === undefined) return this.#byName.delete(name);
    return false;
  }
}
