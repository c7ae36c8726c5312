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
  const names = new Set<string>();
  RED.nodes.eachNode((node) => {
    const name = node[others.property];
    if (node['type'] === others.type && typeof name === 'string' && name !== '' && !name.includes('$')) names.add(name);
  });
  let loaded = Promise.resolve();
  const load = (): void => {
    loaded = new Promise((resolve) => {
      loadNames($('#node-input-endpoint').val(), kind, (known) => {
        for (const name of known) names.add(name);
        resolve();
      });
    });
  };
  $('#node-input-endpoint').on('change', load);
  load();
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
  const show = (): void =>
    loadNames($('#node-input-endpoint').val(), 'metadataKeys', (names) => {
      $('.kaa-known-keys').toggle(names.length > 0);
      $('#kaa-known-keys').text(names.join(', '));
    });
  $('#node-input-endpoint').on('change', show);
  show();
}
