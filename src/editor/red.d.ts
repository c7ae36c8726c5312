/** What the edit dialogs use of the Node-RED editor and its jQuery. */
declare const RED: {
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  editor: {
    /** The nodes whose dialogs are open. */
    getEditStack(): readonly unknown[];
  };
  utils: {
    validateTypedProperty(value: unknown, type: string): true | string;
  };
};

interface Dialog {
  val(): unknown;
  val(value: unknown): this;
  is(selector: string): boolean;
  on(event: string, listener: () => void): this;
  prop(name: string, value: boolean): this;
  attr(name: string, value: string): this;
  toggle(visible: boolean): this;
  trigger(event: string): this;
  typedInput(options: object): this;
}

declare function $(selector: string): Dialog;
