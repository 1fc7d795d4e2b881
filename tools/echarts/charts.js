// The parts of ECharts that the pictures use, as one global for browsers and for QuickJS.
import * as core from "echarts/core";
import {
  BarChart, GraphChart, LineChart, LinesChart, SankeyChart, ScatterChart,
} from "echarts/charts";
import {
  AriaComponent, GeoComponent, GridComponent, LegendComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

core.use([
  BarChart, GraphChart, LineChart, LinesChart, SankeyChart, ScatterChart, AriaComponent,
  GeoComponent, GridComponent, LegendComponent, MarkLineComponent,
  TitleComponent, TooltipComponent, VisualMapComponent, LabelLayout, SVGRenderer,
]);

export const { init, registerMap, setPlatformAPI, version } = core;
