package io.ostinato.spark.resident;

import io.ostinato.spark.resident.ResidentModels.Wanted;
import io.ostinato.weights.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one model on one device. Guarded by the lock of {@link ResidentModels}, except
 * the counts.
 */
final class ModelVersions {
  private final boolean alone;
  private final List<ResidentModel> versions = new ArrayList<>();
  private final ModelCounts counts;
  private final DeviceChanges changes;

  /** A task of an earlier evaluation, which may be the next one, doesn't know of later ones. */
  private InFlight inFlight = InFlight.NONE;

  /**
   * Starts without versions.
   *
   * @param alone whether each version has at most one user
   * @param counts of the model on the device
   * @param changes notified when a version is loaded or freed
   */
  ModelVersions(boolean alone, ModelCounts counts, DeviceChanges changes) {
    this.alone = alone;
    this.counts = counts;
    this.changes = changes;
  }

  /**
   * Chooses the version for a task; null if the task has to wait.
   *
   * @param most maximum number of versions; of versions with one user, for each user
   * @param another creates a version
   */
  @Nullable ResidentModel choose(
      Wanted wanted, int most, Function<ModelVersions, ResidentModel> another) {
    inFlight = inFlight.latest(wanted.inFlight());
    for (ResidentModel version : versions) {
      if (version.target().equals(wanted.manifest()) && !(alone && version.isUsed())) {
        return version;
      }
    }
    ResidentModel oldest =
        oldestUnused(version -> !inFlight.manifests().contains(version.target().hash()));
    if (oldest == null && versions.size() < (alone ? most * (used() + 1) : most)) {
      ResidentModel added = another.apply(this);
      versions.add(added);
      return added;
    }
    if (oldest == null) {
      oldest = oldestUnused(version -> true);
    }
    if (oldest != null) {
      oldest.retarget(wanted.manifest());
    }
    return oldest;
  }

  private int used() {
    return (int) versions.stream().filter(ResidentModel::isUsed).count();
  }

  boolean isUsed() {
    return versions.stream().anyMatch(ResidentModel::isUsed);
  }

  long lastUse() {
    return versions.stream().mapToLong(ResidentModel::lastUse).max().orElse(0);
  }

  /**
   * Retires all versions; returns those to close now, as the others are closed by their last users.
   */
  List<ResidentModel> retire() {
    return versions.stream().filter(ResidentModel::retire).toList();
  }

  /** Retires and removes the versions with these weights; returns those to close now. */
  List<ResidentModel> retire(Manifest weights) {
    List<ResidentModel> retired =
        versions.stream().filter(version -> version.target().equals(weights)).toList();
    versions.removeAll(retired);
    return retired.stream().filter(ResidentModel::retire).toList();
  }

  /** Removes the versions that nobody uses; returns them to be closed. */
  List<ResidentModel> retireUnused() {
    List<ResidentModel> unused = versions.stream().filter(version -> !version.isUsed()).toList();
    versions.removeAll(unused);
    unused.forEach(ResidentModel::retire);
    return unused;
  }

  boolean isEmpty() {
    return versions.isEmpty();
  }

  void built() {
    counts.built();
  }

  /** Weights of this size were loaded into a version. */
  void refreshed(long bytes) {
    counts.refreshed(bytes);
    changes.refreshed(bytes);
  }

  /** A version was freed. */
  void freed() {
    changes.freed();
  }

  ModelCounts counts() {
    return counts;
  }

  /** The size of the weights of each loaded version, in bytes. */
  List<Long> loadedBytes() {
    return versions.stream().map(ResidentModel::weightBytes).filter(bytes -> bytes >= 0).toList();
  }

  private @Nullable ResidentModel oldestUnused(Predicate<ResidentModel> condition) {
    return versions.stream()
        .filter(version -> !version.isUsed())
        .filter(condition)
        .min(Comparator.comparingLong(ResidentModel::lastUse))
        .orElse(null);
  }
}
