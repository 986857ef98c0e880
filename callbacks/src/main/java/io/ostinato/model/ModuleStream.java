package io.ostinato.model;

import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.Shard;
import io.ostinato.weights.Slice;
import io.ostinato.weights.WeightSource;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The content of a model file, read shard by shard: only one shard is in memory at a time. */
final class ModuleStream extends InputStream {
  private final ModuleFormat format;
  private final Iterator<Shard> shards;
  private Iterator<Slice> slices = Collections.emptyIterator();
  private final ModuleAssembly file;
  private final Deque<ByteBuffer> next = new ArrayDeque<>();
  private ByteBuffer rest = ByteBuffer.allocate(0);
  private boolean ended;
  private long given;
  private @Nullable RuntimeException failure;

  ModuleStream(ModuleFormat format, WeightSource weights) {
    this.format = format;
    this.file = new ModuleAssembly(format);
    this.shards = weights.shards(weights.manifest().shards());
    boolean hasContent = hasMore();
    if (failure != null) {
      throw failure;
    }
    if (!hasContent) {
      throw new NotAModuleException(format, "no content");
    }
  }

  /** Thrown if the weights are not a snapshot of such a file. */
  static final class NotAModuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    NotAModuleException(ModuleFormat format, String given) {
      super(
          "%s requires a snapshot of its whole file (snapshotOf of its source); this one has %s"
              .formatted(format.content(), given));
    }
  }

  /**
   * The failure that cut the content short, if any: it comes from the weights, not from the module.
   */
  Optional<RuntimeException> failure() {
    return Optional.ofNullable(failure);
  }

  /** The facts about the file. */
  ModuleFacts facts() {
    return file.facts();
  }

  /** The number of bytes read so far. */
  long bytesRead() {
    return given;
  }

  @Override
  public int read() {
    if (!hasMore()) {
      return -1;
    }
    given++;
    return Byte.toUnsignedInt(rest.get());
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    int some = Math.min(length, rest.remaining());
    rest.get(target, offset, some);
    given += some;
    return some;
  }

  private boolean hasMore() {
    if (failure != null) {
      return false;
    }
    try {
      return findMore();
    } catch (RuntimeException e) {
      // The engine's loader retries endlessly after an exception, but stops at the end of a stream.
      failure = e;
      return false;
    }
  }

  private boolean findMore() {
    while (!rest.hasRemaining()) {
      if (!next.isEmpty()) {
        rest = next.remove();
      } else if (slices.hasNext()) {
        next.addAll(file.add(slices.next()));
      } else if (shards.hasNext()) {
        slices = shards.next().slices().iterator();
      } else if (ended) {
        return false;
      } else {
        ended = true;
        next.addAll(file.end());
      }
    }
    return true;
  }
}
