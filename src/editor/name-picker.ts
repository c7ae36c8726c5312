/** Offers names that the endpoint knows while one is typed; silent where it does not know any. */

type NameKind = 'commandTypes' | 'configNames' | 'metadataKeys';

/** Names of other nodes in the editor, which may not be deployed yet. */
export interface OtherNodes {
  readonly type: string;
  readonly property: string;
}

/** What the endpoint that is chosen in the dialog knows; none where it is not deployed or does not answer. */
class KnownNames {
  readonly #kind: NameKind;
  #asked: Promise<readonly string[]> = Promise.resolve([]);

  constructor(kind: NameKind) {
    this.#kind = kind;
  }

  /** Asks the endpoint that is chosen now. */
  ask(): void {
    const id = $('#node-input-endpoint').val();
    const isChosen = typeof id === 'string' && id !== '' && id !== '_ADD_';
    this.#asked = isChosen ? this.#answerOf(id) : Promise.resolve([]);
  }

  /** The answer of the endpoint that was chosen last, even if another one is chosen meanwhile. */
  async latest(): Promise<readonly string[]> {
    const asked = this.#asked;
    const names = await asked;
    return asked === this.#asked ? names : this.latest();
  }

  #answerOf(id: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      $.ajax({
        url: `kaa/endpoints/${encodeURIComponent(id)}/names/${this.#kind}`,
        method: 'GET',
        dataType: 'text',
        success: (answer) => resolve(JSON.parse(answer) as readonly string[]),
        error: () => resolve([]),
      });
    });
  }
}

/** Completes the names typed into a field. */
export function offerNames(field: string, kind: NameKind, { type, property }: OtherNodes): void {
  const used = new Set<string>();
  RED.nodes.eachNode((node) => {
    const name = node[property];
    if (node['type'] === type && typeof name === 'string' && name !== '' && !name.includes('$')) used.add(name);
  });
  const known = new KnownNames(kind);
  $('#node-input-endpoint').on('change', () => known.ask());
  known.ask();
  const matching = (typed: string, names: readonly string[]): readonly Completion[] =>
    [...new Set([...used, ...names])]
      .filter((name) => name.toLowerCase().includes(typed.toLowerCase()) && name !== typed)
      .toSorted()
      .map((name) => ({ value: name, label: name }));
  $(field).autoComplete({
    minLength: 0,
    // Two parameters, by which the editor sees that the answer comes later.
    search: (typed, show) => void known.latest().then((names) => show(matching(typed, names))),
  });
}

/** Shows the metadata attributes that the endpoint has at Kaa; nothing where it is not known. */
export function showMetadataKeys(): void {
  // An answer that comes after the dialog was closed must not find that of another node.
  const [row, shown] = [$('.kaa-known-keys'), $('#kaa-known-keys')];
  const known = new KnownNames('metadataKeys');
  const show = async (): Promise<void> => {
    row.toggle(false);
    known.ask();
    const names = await known.latest();
    row.toggle(names.length > 0);
    shown.text(names.join(', '));
  };
  $('#node-input-endpoint').on('change', () => void show());
  void show();
}
