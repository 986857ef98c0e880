package io.ostinato.model;

import io.ostinato.model.ModuleStream.NotAModuleException;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.Slice;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the content of a module's file together from the slices of its snapshot, in their order.
 * Keeps only what is outside of pieces: a few hundred bytes for each.
 */
final class ModuleAssembly {
  private final ModuleFormat format;
  private final ByteArrayOutputStream facts = new ByteArrayOutputStream();
  private final ByteArrayOutputStream layout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream between = new ByteArrayOutputStream();
  private @Nullable LongBuffer lengths;
  private ByteBuffer rest = ByteBuffer.allocate(0);

  ModuleAssembly(ModuleFormat format) {
    this.format = format;
  }

  ModuleFacts facts() {
    return facts.size() == 0
        ? ModuleFacts.unknown("the snapshot has no facts about the module")
        : ModuleFacts.fromJson(facts.toString(StandardCharsets.UTF_8));
  }

  /** Takes the next slice; returns the next bytes of the file, if any. */
  List<ByteBuffer> add(Slice slice) {
    String array = slice.array();
    if (array.equals(ModuleFormat.FACTS)) {
      return keep(slice, facts);
    } else if (array.equals(ModuleFormat.LAYOUT)) {
      return keep(slice, layout);
    } else if (array.equals(format.array())) {
      return layout.size() == 0 ? List.of(slice.content()) : keep(slice, between);
    } else if (layout.size() > 0 && array.startsWith(format.array() + "/")) {
      return slice.offsetBytes() == 0
          ? List.of(beforeNext(), slice.content())
          : List.of(slice.content());
    }
    throw new NotAModuleException(format, "the array '%s'".formatted(array));
  }

  /** The end of the file, after the last slice. */
  List<ByteBuffer> end() {
    if (layout.size() == 0) {
      return List.of();
    }
    if (lengths().hasRemaining()) {
      throw new NotAModuleException(format, "only some of its pieces");
    }
    return List.of(rest);
  }

  private static List<ByteBuffer> keep(Slice slice, ByteArrayOutputStream target) {
    byte[] some = new byte[slice.sizeBytes()];
    slice.content().get(some);
    target.writeBytes(some);
    return List.of();
  }

  private ByteBuffer beforeNext() {
    LongBuffer left = lengths();
    if (!left.hasRemaining() || left.get(left.position()) > rest.remaining()) {
      throw new NotAModuleException(format, "pieces that don't fit its layout");
    }
    int length = (int) left.get();
    ByteBuffer before = rest.slice(rest.position(), length);
    rest.position(rest.position() + length);
    return before;
  }

  private LongBuffer lengths() {
    LongBuffer known = lengths;
    if (known == null) {
      known = ByteBuffer.wrap(layout.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
      lengths = known;
      rest = ByteBuffer.wrap(between.toByteArray());
    }
    return known;
  }
}
