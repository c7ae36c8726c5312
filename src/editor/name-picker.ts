/** Offers names that the endpoint knows while one is typed; silent where it does not know any. */

type NameKind = 'commandTypes' | 'configNames' | 'metadataKeys';

/** Names of other nodes in the editor, which may not be deployed yet. */
export interface OtherNodes {
  readonly type: string;
  readonly property: string;
}

/** @param id of the kaa-endpoint that is chosen */
export function loadNames(id: unknown, kind: NameKind, loaded: (names: readonly string[]) => void): void {
  if (typeof id !== 'string' || id === '' || id === '_ADD_') {
    loaded([]);
    return;
  }
  $.ajax({
    url: `kaa/endpoints/${encodeURIComponent(id)}/names/${kind}`,
    method: 'GET',
    dataType: 'text',
    success: (answer) => loaded(JSON.parse(answer) as readonly string[]),
    error: () => loaded([]),
  });
}

/** Completes the names typed into a field. */
export function offerNames(field: string, kind: NameKind, others: OtherNodes): void {
  const ofOthers = new Set<string>();
  RED.nodes.eachNode((node) => {
    const name = node[others.property];
    if (node['type'] === others.type && typeof name === 'string' && name !== '' && !name.includes('$')) {
      ofOthers.add(name);
    }
  });
  let names = new Set(ofOthers);
  let loaded = Promise.resolve();
  onEndpoint((id) => {
    names = new Set(ofOthers);
    const ofThis = names;
    loaded = new Promise((resolve) => {
      loadNames(id, kind, (known) => {
        for (const name of known) ofThis.add(name);
        resolve();
      });
    });
  });
  const matching = (typed: string): readonly Completion[] =>
    [...names]
      .filter((name) => name.toLowerCase().includes(typed.toLowerCase()) && name !== typed)
      .toSorted()
      .map((name) => ({ value: name, label: name }));
  $(field).autoComplete({
    minLength: 0,
    // Two parameters, by which the editor sees that the answer comes later.
    search: (typed, show) => void loaded.then(() => show(matching(typed))),
  });
}

/** Shows the metadata attributes that the endpoint has at Kaa; nothing where it is not known. */
export function showMetadataKeys(): void {
  const show = (names: readonly string[]): void => {
    $('.kaa-known-keys').toggle(names.length > 0);
    $('#kaa-known-keys').text(names.join(', '));
  };
  let newest = {};
  onEndpoint((id) => {
    const question = {};
    newest = question;
    show([]);
    loadNames(id, 'metadataKeys', (names) => {
      // Of an endpoint that was chosen before, no answer counts any more.
      if (newest === question) show(names);
    });
  });
}

/** Calls back with the chosen kaa-endpoint, now and whenever another one is chosen. */
function onEndpoint(chosen: (id: unknown) => void): void {
  const select = $('#node-input-endpoint');
  const tell = (): void => chosen(select.val());
  select.on('change', tell);
  tell();
}
