package io.ostinato.spark.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.metric.MetricStates;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes outcomes as bytes: a header written by Java serialization, then the elements of all
 * results, concatenated. Decoded arrays share the bytes.
 */
final class OutcomeCodec {
  private OutcomeCodec() {}

  /**
   * Name, data type and all dimensions but the first: what the arrays of all batches have in
   * common.
   */
  private record Kind(String name, String dataType, boolean isScalar, List<Long> trailing)
      implements Serializable {

    static Kind of(HostArray array) {
      long[] dimensions = array.shape().getShape();
      List<Long> trailing = new ArrayList<>();
      for (int i = 1; i < dimensions.length; i++) {
        trailing.add(dimensions[i]);
      }
      return new Kind(
          array.name(), array.dataType().name(), dimensions.length == 0, List.copyOf(trailing));
    }

    HostArray decode(long length, ByteBuffer content) {
      Shape shape =
          isScalar
              ? new Shape()
              : new Shape(length).addAll(new Shape(trailing.stream().mapToLong(d -> d).toArray()));
      DataType type = DataType.valueOf(dataType);
      int size = Math.toIntExact(HostArray.sizeBytes(type, shape));
      ByteBuffer elements = content.slice(content.position(), size);
      content.position(content.position() + size);
      return HostArray.of(name, type, shape, List.of(elements));
    }
  }

  /**
   * An outcome without the elements of its arrays.
   *
   * @param kinds the distinct kinds of arrays
   * @param batches for each part, and in it for each batch: first row, number of rows, number of
   *     arrays, and for each array the index of its kind and its first dimension. If rows are
   *     skipped, the number of arrays is inverted, and the number of these rows and their positions
   *     follow
   */
  private record Head(
      ArrayList<String> manifests,
      ArrayList<Kind> kinds,
      ArrayList<long[]> batches,
      ArrayList<ArrayList<MetricStates>> states,
      ArrayList<Coverage> coverages,
      ArrayList<SkippedRows> skipped,
      TaskTimes times,
      ArrayList<ResidentReport> residents,
      Attempts attempts)
      implements Serializable {}

  static byte[] encode(PartitionOutcome outcome) {
    Map<Kind, Integer> kinds = new LinkedHashMap<>();
    ArrayList<long[]> batches = new ArrayList<>();
    ArrayList<ArrayList<MetricStates>> states = new ArrayList<>();
    ArrayList<Coverage> coverages = new ArrayList<>();
    ArrayList<SkippedRows> skipped = new ArrayList<>();
    long size = 0;
    for (PartOutcome part : outcome.parts()) {
      long[] numbers = numbers(part.outputs(), kinds);
      batches.add(numbers);
      states.add(new ArrayList<>(part.states()));
      coverages.add(part.coverage());
      skipped.add(part.skipped());
      size += sizeBytes(part.outputs());
    }
    byte[] head =
        SerializedBytes.of(
            new Head(
                new ArrayList<>(outcome.manifests()),
                new ArrayList<>(kinds.keySet()),
                batches,
                states,
                coverages,
                skipped,
                outcome.times(),
                new ArrayList<>(outcome.residents()),
                outcome.attempts()));
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Integer.BYTES + head.length + size));
    bytes.putInt(head.length).put(head);
    for (PartOutcome part : outcome.parts()) {
      part.outputs().forEach(output -> output.arrays().forEach(array -> array.writeTo(bytes)));
    }
    return bytes.array();
  }

  static PartitionOutcome decode(byte[] encoded) {
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    byte[] headBytes = new byte[bytes.getInt()];
    bytes.get(headBytes);
    Head head = SerializedBytes.read(headBytes, Head.class);
    List<PartOutcome> parts = new ArrayList<>();
    for (int part = 0; part < head.batches().size(); part++) {
      parts.add(
          new PartOutcome(
              outputs(head.batches().get(part), head.kinds(), bytes),
              head.states().get(part),
              head.coverages().get(part),
              head.skipped().get(part)));
    }
    return new PartitionOutcome(
        head.manifests(), parts, head.times(), head.residents(), head.attempts());
  }

  static long sizeBytes(List<BatchOutput> outputs) {
    return outputs.stream()
        .flatMap(output -> output.arrays().stream())
        .mapToLong(HostArray::sizeBytes)
        .sum();
  }

  private static long[] numbers(List<BatchOutput> outputs, Map<Kind, Integer> kinds) {
    List<Long> numbers = new ArrayList<>();
    for (BatchOutput output : outputs) {
      numbers.add(output.firstRow());
      numbers.add((long) output.rows());
      int count = output.arrays().size();
      numbers.add((long) (output.skipped().isEmpty() ? count : ~count));
      for (HostArray array : output.arrays()) {
        Integer known = kinds.putIfAbsent(Kind.of(array), kinds.size());
        numbers.add(known == null ? kinds.size() - 1L : known);
        numbers.add(array.shape().dimension() == 0 ? 1 : array.shape().get(0));
      }
      if (!output.skipped().isEmpty()) {
        numbers.add((long) output.skipped().size());
        output.skipped().forEach(position -> numbers.add((long) position));
      }
    }
    return numbers.stream().mapToLong(number -> number).toArray();
  }

  private static List<BatchOutput> outputs(long[] numbers, List<Kind> kinds, ByteBuffer bytes) {
    List<BatchOutput> outputs = new ArrayList<>();
    int at = 0;
    while (at < numbers.length) {
      long firstRow = numbers[at];
      int rows = (int) numbers[at + 1];
      boolean skips = numbers[at + 2] < 0;
      int count = (int) (skips ? ~numbers[at + 2] : numbers[at + 2]);
      at += 3;
      List<HostArray> arrays = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        arrays.add(kinds.get((int) numbers[at]).decode(numbers[at + 1], bytes));
        at += 2;
      }
      List<Integer> skipped = new ArrayList<>();
      if (skips) {
        int end = at + 1 + (int) numbers[at];
        for (at++; at < end; at++) {
          skipped.add((int) numbers[at]);
        }
      }
      outputs.add(new BatchOutput(firstRow, rows, arrays, skipped));
    }
    return outputs;
  }
}
