/** The build puts uPlot's own file beside the compiled page. */
export { default } from 'uplot';
