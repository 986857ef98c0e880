package io.ostinato.plot;

/** How values are spread over an axis. */
public enum Scale {
  /** Equal differences have equal distances. */
  LINEAR {
    @Override
    double of(double value) {
      return value;
    }

    @Override
    PlotAxis exactly(double lowest, double highest, int most) {
      return PlotAxis.exactly(lowest, highest, most);
    }

    @Override
    PlotAxis around(double lowest, double highest, int most) {
      return PlotAxis.around(lowest, highest, most);
    }
  },

  /** Equal ratios have equal distances. Only values above zero can be drawn. */
  LOGARITHMIC {
    @Override
    double of(double value) {
      return value > 0 ? Math.log10(value) : Double.NaN;
    }

    @Override
    PlotAxis exactly(double lowest, double highest, int most) {
      return LogarithmicAxis.exactly(of(lowest), of(highest), most);
    }

    @Override
    PlotAxis around(double lowest, double highest, int most) {
      return LogarithmicAxis.around(of(lowest), of(highest), most);
    }
  };

  /** What an axis of this scale is over; NaN if the value can't be drawn. */
  abstract double of(double value);

  /** An axis with exactly these ends, which differ. */
  abstract PlotAxis exactly(double lowest, double highest, int most);

  /** An axis from one round value to another. */
  abstract PlotAxis around(double lowest, double highest, int most);
}
