package io.ostinato.evaluation;

import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins the results of all batches, in dataset order: arrays are concatenated along their first
 * dimension, scalars are stacked. The joined arrays share the bytes of the batches, so nothing is
 * copied and no number changes.
 */
public final class Collation {
  private Collation() {}

  /**
   * Collates batches that are already in dataset order; those whose rows are all skipped have no
   * part in it.
   *
   * @throws EvaluationException if the number, names, data types or trailing shapes of arrays
   *     differ between batches; the message names the evaluation, the array and both batches
   */
  public static List<HostArray> collate(EvaluationTag tag, List<BatchOutput> outputs) {
    List<BatchOutput> batches = outputs.stream().filter(output -> output.evaluated() > 0).toList();
    if (batches.isEmpty()) {
      return List.of();
    }
    BatchOutput first = batches.get(0);
    batches.forEach(batch -> checkSameArrays(tag, first, batch));
    List<HostArray> collated = new ArrayList<>();
    for (int i = 0; i < first.arrays().size(); i++) {
      collated.add(join(batches, i));
    }
    return collated;
  }

  private static void checkSameArrays(EvaluationTag tag, BatchOutput first, BatchOutput batch) {
    if (first.arrays().size() != batch.arrays().size()) {
      throw refuse(
          tag,
          "%s returned %s arrays, %s returned %s"
              .formatted(
                  first.place(), first.arrays().size(), batch.place(), batch.arrays().size()));
    }
    for (int i = 0; i < first.arrays().size(); i++) {
      checkSameKind(tag, first, batch, i);
    }
  }

  private static void checkSameKind(
      EvaluationTag tag, BatchOutput first, BatchOutput batch, int position) {
    HostArray a = first.arrays().get(position);
    HostArray b = batch.arrays().get(position);
    boolean same =
        a.name().equals(b.name())
            && a.dataType() == b.dataType()
            && a.shape().dimension() == b.shape().dimension()
            && trailing(a).equals(trailing(b));
    if (!same) {
      throw refuse(
          tag,
          "array %s is '%s' %s %s in %s but '%s' %s %s in %s; name, data type and all dimensions"
                  .formatted(
                      position,
                      a.name(),
                      a.dataType(),
                      a.shape(),
                      first.place(),
                      b.name(),
                      b.dataType(),
                      b.shape(),
                      batch.place())
              + " except the first must agree");
    }
  }

  private static HostArray join(List<BatchOutput> batches, int position) {
    HostArray kind = batches.get(0).arrays().get(position);
    List<ByteBuffer> segments = new ArrayList<>();
    long length = 0;
    for (BatchOutput batch : batches) {
      HostArray array = batch.arrays().get(position);
      segments.addAll(array.segments());
      length += array.shape().dimension() == 0 ? 1 : array.shape().get(0);
    }
    Shape shape = new Shape(length).addAll(trailing(kind));
    return HostArray.of(kind.name(), kind.dataType(), shape, segments);
  }

  private static Shape trailing(HostArray array) {
    Shape shape = array.shape();
    return shape.dimension() <= 1 ? new Shape() : shape.slice(1);
  }

  private static EvaluationException refuse(EvaluationTag tag, String reason) {
    return new EvaluationException(
        tag,
        "the results of %s can't be collated: %s".formatted(tag, reason),
        "its results can't be collated: " + reason,
        null);
  }
}
