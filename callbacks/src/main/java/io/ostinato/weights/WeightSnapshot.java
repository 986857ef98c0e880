package io.ostinato.weights;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The weights of a model at one iteration: immutable, named arrays on the host, divided into
 * shards.
 *
 * <p>Consecutive arrays share a shard of up to {@value #SHARD_BYTES} bytes; a larger array has its
 * own shards of at most that size each. The division depends on sizes alone, so unchanged weights
 * keep their shard from one snapshot to the next.
 */
public final class WeightSnapshot implements WeightSource {
  static final int SHARD_BYTES = 1 << 20;

  private final List<HostArray> arrays;
  private final Map<String, Shard> shards;
  private final Manifest manifest;
  private final boolean hasOwnMemory;

  private WeightSnapshot(List<HostArray> arrays, List<Shard> shards, boolean hasOwnMemory) {
    this.hasOwnMemory = hasOwnMemory;
    this.arrays = List.copyOf(arrays);
    this.manifest = Manifest.of(shards.stream().map(Shard::hash).toList());
    Map<String, Shard> byHash = new LinkedHashMap<>();
    shards.forEach(shard -> byHash.put(shard.hash(), shard));
    this.shards = Collections.unmodifiableMap(byHash);
  }

  /**
   * Creates the snapshot of these arrays, in their order; shares their bytes.
   *
   * @throws IllegalArgumentException if two arrays have the same name
   */
  public static WeightSnapshot of(List<HostArray> arrays) {
    return ofParts(List.of(arrays));
  }

  /**
   * Creates the snapshot of the arrays of all parts, in their order; shares their bytes. Arrays of
   * different parts have no shard in common, so that a part that changes often doesn't make its
   * neighbours travel.
   *
   * @throws IllegalArgumentException if two arrays have the same name
   */
  public static WeightSnapshot ofParts(List<List<HostArray>> parts) {
    List<HostArray> arrays = parts.stream().flatMap(List::stream).toList();
    Set<String> names = new HashSet<>();
    for (HostArray array : arrays) {
      if (!names.add(array.name())) {
        throw new IllegalArgumentException("two weights are named '%s'".formatted(array.name()));
      }
    }
    List<List<Slice>> groups = parts.stream().flatMap(part -> cut(part).stream()).toList();
    return new WeightSnapshot(arrays, InParallel.map(groups, Shard::of), false);
  }

  /**
   * Creates the snapshot of these arrays, in their order; shares their bytes. Shards unchanged
   * since an earlier snapshot are recognised by comparison, which takes a fraction of the time of
   * hashing.
   *
   * @return the earlier snapshot itself if nothing differs
   */
  static WeightSnapshot after(WeightSnapshot earlier, List<HostArray> arrays) {
    List<List<Slice>> groups = cut(arrays);
    List<Shard> before = earlier.manifest.shards().stream().map(earlier::shard).toList();
    if (groups.size() != before.size()) {
      return of(arrays);
    }
    List<Shard> shards =
        InParallel.map(
            IntStream.range(0, groups.size()).boxed().toList(),
            i -> same(groups.get(i), before.get(i)));
    boolean unchanged =
        IntStream.range(0, shards.size()).allMatch(i -> shards.get(i) == before.get(i));
    return unchanged ? earlier : new WeightSnapshot(arrays, shards, false);
  }

  /**
   * The shard of these slices: the earlier one if it is the same, otherwise a new one, which is
   * hashed.
   */
  private static Shard same(List<Slice> slices, Shard before) {
    return slices.equals(before.slices()) ? before : Shard.of(slices);
  }

  /**
   * Copies the snapshot to memory outside the heap, so that it is independent of these bytes.
   *
   * @param known shards by hash, of other such copies, that are shared instead of copied
   */
  WeightSnapshot copySharing(Map<String, Shard> known) {
    Map<String, Shard> kept =
        InParallel.map(
                shards(),
                shard -> known.containsKey(shard.hash()) ? known.get(shard.hash()) : copy(shard))
            .stream()
            .collect(Collectors.toMap(Shard::hash, Function.identity()));
    Map<String, List<ByteBuffer>> segments = new HashMap<>();
    List<Shard> inOrder = manifest.shards().stream().map(kept::get).toList();
    for (Shard shard : inOrder) {
      for (Slice slice : shard.slices()) {
        segments.computeIfAbsent(slice.array(), name -> new ArrayList<>()).add(slice.content());
      }
    }
    List<HostArray> copies = new ArrayList<>();
    for (HostArray array : arrays) {
      List<ByteBuffer> content = segments.getOrDefault(array.name(), List.of());
      copies.add(HostArray.of(array.name(), array.dataType(), array.shape(), content));
    }
    return new WeightSnapshot(copies, inOrder, true);
  }

  @Override
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public Iterator<Shard> shards(List<String> hashes) {
    return hashes.stream().map(this::shard).iterator();
  }

  /** All distinct shards. */
  public List<Shard> shards() {
    return List.copyOf(shards.values());
  }

  /** All arrays, in their original order. */
  public List<HostArray> arrays() {
    return arrays;
  }

  /**
   * Whether the bytes are in memory that nothing else writes to or frees, as those of a {@link
   * SnapshotTaker} are. Otherwise they are valid as long as the caller lets them be.
   */
  public boolean hasOwnMemory() {
    return hasOwnMemory;
  }

  public long sizeBytes() {
    return arrays.stream().mapToLong(HostArray::sizeBytes).sum();
  }

  private Shard shard(String hash) {
    Shard shard = shards.get(hash);
    if (shard == null) {
      throw new IllegalArgumentException("this snapshot has no shard " + hash);
    }
    return shard;
  }

  private static List<List<Slice>> cut(List<HostArray> arrays) {
    List<List<Slice>> groups = new ArrayList<>();
    List<Slice> open = new ArrayList<>();
    long openBytes = 0;
    for (HostArray array : arrays) {
      List<Slice> slices = slices(array);
      if (!open.isEmpty() && openBytes + array.sizeBytes() > SHARD_BYTES) {
        groups.add(List.copyOf(open));
        open.clear();
        openBytes = 0;
      }
      if (slices.size() == 1) {
        open.add(slices.get(0));
        openBytes += array.sizeBytes();
      } else {
        slices.forEach(slice -> groups.add(List.of(slice)));
      }
    }
    if (!open.isEmpty()) {
      groups.add(open);
    }
    return groups;
  }

  /** The slices of an array, at least one; the slice of an empty array has no elements. */
  private static List<Slice> slices(HostArray array) {
    List<Slice> slices = new ArrayList<>();
    Shape shape = array.shape();
    Deque<ByteBuffer> segments = new ArrayDeque<>(array.segments());
    long size = array.sizeBytes();
    long offset = 0;
    do {
      ByteBuffer piece = piece(segments, (int) Math.min(SHARD_BYTES, size - offset));
      slices.add(new Slice(array.name(), array.dataType(), shape, offset, piece));
      offset += piece.capacity();
    } while (offset < size);
    return slices;
  }

  /** Consumes the next bytes; they are copied only if they span several segments. */
  private static ByteBuffer piece(Deque<ByteBuffer> segments, int bytes) {
    while (!segments.isEmpty() && !segments.element().hasRemaining()) {
      segments.remove();
    }
    if (bytes == 0 || segments.element().remaining() >= bytes) {
      return bytes == 0 ? ByteBuffer.allocate(0) : Bytes.take(segments.element(), bytes);
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes);
    while (copy.hasRemaining()) {
      ByteBuffer segment = segments.element();
      copy.put(Bytes.take(segment, Math.min(copy.remaining(), segment.remaining())));
      if (!segment.hasRemaining()) {
        segments.remove();
      }
    }
    return copy.rewind();
  }

  private static Shard copy(Shard shard) {
    ByteBuffer memory =
        ByteBuffer.allocateDirect(Math.toIntExact(shard.sizeBytes()))
            .order(ByteOrder.nativeOrder());
    List<Slice> copies = new ArrayList<>();
    for (Slice slice : shard.slices()) {
      ByteBuffer part = Bytes.take(memory, slice.sizeBytes());
      part.duplicate().put(slice.content());
      copies.add(slice.over(part));
    }
    return new Shard(shard.hash(), copies);
  }
}
