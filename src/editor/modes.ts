/** Dialogs of nodes with a mode, one of which receives from Kaa for several endpoints. */

/**
 * Shows the rows of the chosen mode: those of class `kaa-mode` that are also of class `kaa-mode-<mode>`. A node that
 * receives has an input only where it takes messages that add and remove endpoints; in any other mode it has one.
 */
export function prepareModes(receiving: string): void {
  $('#node-input-tokens').typedInput({
    default: 'env',
    typeField: $('#node-input-tokensType'),
    types: ['env', 'flow', 'global', 'jsonata'],
  });
  // A flow written by hand may leave the mode out, which means this one.
  if ($('#node-input-mode').val() === null) $('#node-input-mode').val(receiving);
  const isDynamic = (): boolean => $('#node-input-dynamic').is(':checked');
  $('.kaa-other-endpoints').prop('open', isDynamic() || $('#node-input-tokens').val() !== '');
  const update = (): void => {
    const mode = String($('#node-input-mode').val());
    $('.kaa-mode').toggle(false);
    $(`.kaa-mode-${mode}`).toggle(true);
    $('#node-input-inputs').val(mode === receiving && !isDynamic() ? 0 : 1);
  };
  $('#node-input-mode').on('change', update);
  $('#node-input-dynamic').on('change', update);
  update();
}
