package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, by tag: {@code <tag>.safetensors} has the weights, {@code
 * <tag>.optimizer.safetensors} and {@code <tag>.states.safetensors} what there is besides, and
 * {@code <tag>.json} says what belongs together. One thread at a time.
 *
 * <p>New data is written beside the old as {@code <file>.next}; the sidecar is what commits it,
 * since it has the hash of each file; then the files take their names. So whatever is interrupted,
 * a tag is what it was before or what it is after.
 */
public final class Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final String LATEST = "latest";
  private static final String LATEST_WEIGHTS = "latest_weights";
  private static final String SIDECAR = ".json";

  private final RunFiles files;
  private final DataFiles data;

  private Checkpoints(RunFiles files) {
    this.files = files;
    this.data = new DataFiles(files);
  }

  public static Checkpoints in(RunFiles files) {
    return new Checkpoints(files);
  }

  /**
   * Keeps a checkpoint; one of that tag is replaced.
   *
   * @throws StorageException if it can't be written; one of that tag is as it was then
   */
  public synchronized void save(String tag, Checkpoint checkpoint) {
    save(tag, checkpoint, Set.of());
  }

  /**
   * Keeps a checkpoint for somebody; one of that tag is replaced, and whom that was kept for is not
   * forgotten.
   *
   * @param keptFor who has to {@link #release} it before it is removed
   * @throws StorageException if it can't be written; one of that tag is as it was then
   */
  public synchronized void save(String tag, Checkpoint checkpoint, Set<String> keptFor) {
    checkTag(tag);
    recover(tag);
    Set<String> holders = new LinkedHashSet<>(holders(tag));
    holders.addAll(keptFor);
    List<DataFile> written;
    try {
      written = writeArrays(tag, checkpoint);
      write(tag, Sidecar.of(checkpoint, written, List.copyOf(holders)));
    } catch (RuntimeException | Error e) {
      dropUncommitted(tag, e);
      throw e;
    }
    written.forEach(file -> files.rename(file.name() + DataFiles.NEXT, file.name()));
    dropUnused(tag, written);
  }

  /**
   * A checkpoint, its files compared with their hashes.
   *
   * @throws StorageException if there is none of that tag (lists those there are), or a file is
   *     missing or damaged (says which)
   */
  public synchronized Checkpoint load(String tag) {
    checkTag(tag);
    recover(tag);
    Sidecar sidecar = sidecar(tag).orElseThrow(() -> noSuch(tag));
    Map<String, List<HostArray>> arrays = new LinkedHashMap<>();
    sidecar.files().forEach(file -> arrays.put(file.name(), data.read(tag, file)));
    List<HostArray> weights = arrays.get(weightsFile(tag));
    if (weights == null) {
      throw new StorageException("checkpoint '%s' has no weights".formatted(tag));
    }
    return new Checkpoint(
        Checkpoint.Content.valueOf(sidecar.content()),
        sidecar.trainingIteration(),
        sidecar.runId(),
        sidecar.architecture(),
        WeightSnapshot.of(weights),
        arrays.getOrDefault(optimizerFile(tag), List.of()),
        StateArrays.split(sidecar.states(), arrays.getOrDefault(statesFile(tag), List.of())),
        sidecar.loop());
  }

  /** The tags of all checkpoints that are complete, sorted. */
  public synchronized List<String> tags() {
    return files.list().stream()
        .filter(name -> name.endsWith(SIDECAR))
        .map(name -> name.substring(0, name.length() - SIDECAR.length()))
        .filter(this::isComplete)
        .toList();
  }

  /**
   * Whether a complete checkpoint has all that is needed to go on from it.
   *
   * @throws StorageException if there is none of that tag; lists those there are
   */
  public synchronized boolean isResumable(String tag) {
    if (!isComplete(checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecar(tag).filter(Sidecar::isTraining).isPresent();
  }

  /**
   * What the training itself remembers in a complete checkpoint; see {@link Checkpoint#loop}.
   *
   * @throws StorageException if there is none of that tag; lists those there are
   */
  public synchronized Map<String, String> loop(String tag) {
    if (!isComplete(checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecar(tag).map(Sidecar::loop).orElse(Map.of());
  }

  /**
   * Has {@link #latest} give this tag.
   *
   * @throws IllegalArgumentException if it has weights only, so that nothing can go on from it
   */
  public synchronized void markLatest(String tag) {
    if (!isResumable(tag)) {
      throw new IllegalArgumentException(
          "checkpoint '%s' has weights only, so '%s' can't name it; mark it as '%s'"
              .formatted(tag, LATEST, LATEST_WEIGHTS));
    }
    mark(LATEST, tag);
  }

  /** Has {@link #latestWeights} give this tag. */
  public synchronized void markLatestWeights(String tag) {
    if (!isComplete(checkTag(tag))) {
      throw noSuch(tag);
    }
    mark(LATEST_WEIGHTS, tag);
  }

  /**
   * The tag that was marked last as one to go on from. If it isn't there, or is not complete, the
   * tag of the complete checkpoint of a training with the highest iteration, with a warning.
   */
  public synchronized Optional<String> latest() {
    Optional<String> marked = marked(LATEST);
    if (marked.isPresent() && isComplete(marked.get()) && isResumable(marked.get())) {
      return marked;
    }
    Optional<String> newest =
        tags().stream()
            .filter(this::isResumable)
            .max(Comparator.comparing(tag -> sidecar(tag).orElseThrow().trainingIteration()));
    if (newest.isPresent()) {
      log.warn(
          "'{}' in {} names {}; the newest complete checkpoint is taken, '{}'",
          LATEST,
          files.location(),
          marked.map("'%s', which nothing can go on from"::formatted).orElse("nothing"),
          newest.get());
    }
    return newest;
  }

  /** The tag of the complete checkpoint that was marked last as the newest weights. */
  public synchronized Optional<String> latestWeights() {
    return marked(LATEST_WEIGHTS).filter(this::isComplete);
  }

  /** Removes a checkpoint; nothing if there is none. */
  public synchronized void delete(String tag) {
    checkTag(tag);
    files.delete(tag + SIDECAR);
    for (String file : List.of(weightsFile(tag), optimizerFile(tag), statesFile(tag))) {
      files.delete(file);
      files.delete(file + DataFiles.NEXT);
    }
  }

  /** Removes a checkpoint once all have released it that it was kept for. */
  public synchronized void release(String tag, String holder) {
    checkTag(tag);
    List<String> others = holders(tag).stream().filter(name -> !name.equals(holder)).toList();
    if (others.isEmpty()) {
      delete(tag);
    } else {
      sidecar(tag).ifPresent(sidecar -> write(tag, sidecar.keptFor(others)));
    }
  }

  private List<DataFile> writeArrays(String tag, Checkpoint checkpoint) {
    List<DataFile> written = new ArrayList<>();
    Map<String, String> metadata =
        Map.of("iteration", checkpoint.iteration().toString(), "run_id", checkpoint.runId());
    written.add(data.write(weightsFile(tag), checkpoint.weights().arrays(), metadata));
    if (!checkpoint.optimizer().isEmpty()) {
      written.add(data.write(optimizerFile(tag), checkpoint.optimizer(), metadata));
    }
    List<HostArray> states = StateArrays.join(checkpoint.states());
    if (!states.isEmpty()) {
      written.add(data.write(statesFile(tag), states, metadata));
    }
    return written;
  }

  /** What was not committed goes. What was, whatever was said of it, has its names then. */
  private void dropUncommitted(String tag, Throwable failure) {
    try {
      recover(tag);
      List.of(weightsFile(tag), optimizerFile(tag), statesFile(tag))
          .forEach(file -> files.delete(file + DataFiles.NEXT));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Whom a checkpoint is kept for; nobody if there is none, or it can't be read. */
  private List<String> holders(String tag) {
    try {
      return sidecar(tag).map(Sidecar::keptFor).orElse(List.of());
    } catch (StorageException e) {
      log.warn("{}", e.getMessage());
      return List.of();
    }
  }

  private void write(String tag, Sidecar sidecar) {
    byte[] json = sidecar.toJson().getBytes(StandardCharsets.UTF_8);
    files.write(tag + SIDECAR, out -> out.write(json));
  }

  private void mark(String name, String tag) {
    byte[] text = tag.getBytes(StandardCharsets.UTF_8);
    files.write(name, out -> out.write(text));
  }

  private Optional<String> marked(String name) {
    return files.exists(name) ? Optional.of(text(name).strip()) : Optional.empty();
  }

  /** Finishes a save that was interrupted after its commit. */
  private void recover(String tag) {
    if (!files.exists(tag + SIDECAR)) {
      return;
    }
    Sidecar sidecar;
    try {
      sidecar = Sidecar.parse(tag, text(tag + SIDECAR));
    } catch (StorageException e) {
      log.warn("{}", e.getMessage());
      return;
    }
    for (DataFile file : sidecar.files()) {
      String next = file.name() + DataFiles.NEXT;
      if (files.exists(next) && data.hash(next).equals(file.sha256())) {
        files.rename(next, file.name());
      }
    }
  }

  private Optional<Sidecar> sidecar(String tag) {
    return files.exists(tag + SIDECAR)
        ? Optional.of(Sidecar.parse(tag, text(tag + SIDECAR)))
        : Optional.empty();
  }

  private boolean isComplete(String tag) {
    try {
      return sidecar(tag)
          .filter(sidecar -> sidecar.files().stream().allMatch(this::isThere))
          .isPresent();
    } catch (StorageException e) {
      log.warn("{}", e.getMessage());
      return false;
    }
  }

  /** Whether a file of the right size has this name, or is about to take it. */
  private boolean isThere(DataFile file) {
    return hasSize(file.name(), file.bytes())
        || hasSize(file.name() + DataFiles.NEXT, file.bytes());
  }

  private boolean hasSize(String name, long bytes) {
    return files.exists(name) && files.sizeBytes(name) == bytes;
  }

  private void dropUnused(String tag, List<DataFile> written) {
    List<String> used = written.stream().map(DataFile::name).toList();
    for (String name : List.of(optimizerFile(tag), statesFile(tag))) {
      if (!used.contains(name)) {
        files.delete(name);
        files.delete(name + DataFiles.NEXT);
      }
    }
  }

  private String text(String name) {
    try (InputStream in = files.read(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s".formatted(name, files.location(), e.getMessage()), e);
    }
  }

  private StorageException noSuch(String tag) {
    List<String> tags = tags();
    return new StorageException(
        "there is no checkpoint '%s' in %s; there are: %s"
            .formatted(tag, files.location(), tags.isEmpty() ? "none" : String.join(", ", tags)));
  }

  private static String checkTag(String tag) {
    if (tag.equals(LATEST) || tag.equals(LATEST_WEIGHTS)) {
      throw new IllegalArgumentException(
          "'%s' names the newest checkpoint, and can't be a tag".formatted(tag));
    }
    if (tag.endsWith(".optimizer") || tag.endsWith(".states")) {
      throw new IllegalArgumentException(
          "tag '%s' ends as files of other checkpoints do; choose another".formatted(tag));
    }
    return FileNames.checked(tag);
  }

  private static String weightsFile(String tag) {
    return tag + ".safetensors";
  }

  private static String optimizerFile(String tag) {
    return tag + ".optimizer.safetensors";
  }

  private static String statesFile(String tag) {
    return tag + ".states.safetensors";
  }
}
