package io.ostinato.metric;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.DDSketches;
import com.datadoghq.sketch.ddsketch.encoding.ByteArrayInput;
import com.datadoghq.sketch.ddsketch.encoding.GrowingByteArrayOutput;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A quantile of the absolute error, within {@link #ACCURACY} of its value.
 *
 * <p>A DDSketch counts errors in buckets whose bounds grow geometrically. Merging adds counts, so
 * its order doesn't affect the result (Masson, Rim and Lee, DDSketch, 2019).
 */
record ErrorQuantile(String name, Mask mask, double quantile)
    implements Metric<ErrorQuantile.Sketch> {
  /** The relative accuracy of a quantile. */
  static final double ACCURACY = 0.005;

  ErrorQuantile {
    if (!(quantile >= 0 && quantile <= 1)) {
      throw new IllegalArgumentException("a quantile must be from 0 to 1; given: " + quantile);
    }
  }

  /** The finite errors, and the number of errors that were not finite. */
  static final class Sketch implements Serializable {
    private static final long serialVersionUID = 1;
    private transient DDSketch errors = DDSketches.unboundedDense(ACCURACY);
    private long notFinite;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      GrowingByteArrayOutput bytes = GrowingByteArrayOutput.withDefaultInitialCapacity();
      errors.encode(bytes, false);
      out.writeObject(bytes.trimmedCopy());
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      byte[] bytes = (byte[]) in.readObject();
      errors = DDSketch.decode(ByteArrayInput.wrap(bytes), UnboundedSizeDenseStore::new);
    }
  }

  @Override
  public List<String> columns() {
    return mask.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.LOWER_IS_BETTER);
  }

  @Override
  public Sketch zero() {
    return new Sketch();
  }

  @Override
  public Sketch update(Sketch state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch, mask);
    for (int i = 0; i < pairs.size(); i++) {
      double error = Math.abs(pairs.error(i));
      if (Double.isFinite(error)) {
        state.errors.accept(error);
      } else {
        state.notFinite++;
      }
    }
    return state;
  }

  @Override
  public Sketch merge(Sketch left, Sketch right) {
    left.errors.mergeWith(right.errors);
    left.notFinite += right.notFinite;
    return left;
  }

  @Override
  public double result(Sketch state) {
    return state.notFinite > 0 || state.errors.isEmpty()
        ? Double.NaN
        : state.errors.getValueAtQuantile(quantile);
  }
}
