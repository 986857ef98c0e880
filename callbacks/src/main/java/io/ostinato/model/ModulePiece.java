package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A part of a module's file that is an array of its own in a snapshot.
 *
 * @param name the name, unique in the file
 * @param from the position of its first byte
 * @param to the position after its last byte
 */
record ModulePiece(String name, int from, int to) {
  /** Smaller pieces stay in the rest: as arrays, they would need more bytes than they have. */
  private static final int LEAST_BYTES = 256;

  /** Creates the snapshot of a file. {@link ModuleAssembly} puts the file together again. */
  static WeightSnapshot snapshotOf(ModuleFormat format, byte[] content, ModuleFacts facts) {
    byte[] json = facts.toJson().getBytes(StandardCharsets.UTF_8);
    HostArray first = bytes(ModuleFormat.FACTS, List.of(ByteBuffer.wrap(json)));
    List<ModulePiece> pieces =
        format.pieces(content).stream().filter(each -> each.sizeBytes() >= LEAST_BYTES).toList();
    Set<String> names = new HashSet<>();
    if (pieces.isEmpty() || !pieces.stream().allMatch(each -> names.add(each.name()))) {
      ByteBuffer whole = ByteBuffer.wrap(content);
      return WeightSnapshot.of(List.of(first, bytes(format.array(), List.of(whole))));
    }
    List<HostArray> tensors = new ArrayList<>();
    List<ByteBuffer> between = new ArrayList<>();
    ByteBuffer layout =
        ByteBuffer.allocate(pieces.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int end = 0;
    for (ModulePiece piece : pieces) {
      between.add(ByteBuffer.wrap(content, end, piece.from() - end));
      layout.putLong(piece.from() - end);
      tensors.add(
          bytes(
              format.array() + "/" + piece.name(),
              List.of(ByteBuffer.wrap(content, piece.from(), piece.sizeBytes()))));
      end = piece.to();
    }
    between.add(ByteBuffer.wrap(content, end, content.length - end));
    HostArray places =
        HostArray.of(ModuleFormat.LAYOUT, DataType.INT64, new Shape(pieces.size()), layout.array());
    // What is between the pieces has their checksums, and so changes with any of them.
    return WeightSnapshot.ofParts(
        List.of(List.of(first), List.of(places, bytes(format.array(), between)), tensors));
  }

  int sizeBytes() {
    return to - from;
  }

  private static HostArray bytes(String name, List<ByteBuffer> content) {
    long size = content.stream().mapToLong(ByteBuffer::remaining).sum();
    return HostArray.of(name, DataType.UINT8, new Shape(size), content);
  }
}
