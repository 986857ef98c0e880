package io.ostinato.torchscript;

import java.util.LinkedHashSet;
import java.util.Set;

/** What was found in the code so far. */
final class Findings {
  private final Set<Attribute> assigned = new LinkedHashSet<>();
  private final Set<Attribute> readFirst = new LinkedHashSet<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final Set<String> doubts = new LinkedHashSet<>();
  private final Set<String> training = new LinkedHashSet<>();
  private final Set<String> written = new LinkedHashSet<>();
  private boolean seeds;
  private boolean changesInputs;

  /**
   * An attribute of a class; where the same class occurs twice in a module, that is one attribute.
   *
   * @param owner the name of its class; empty if that isn't known
   */
  record Attribute(String owner, String name) {
    boolean mayBe(Attribute other) {
      return name.equals(other.name)
          && (owner.equals(other.owner) || owner.isEmpty() || other.owner.isEmpty());
    }

    @Override
    public String toString() {
      return owner.isEmpty() ? name : name + " of " + owner;
    }
  }

  /** An attribute of the module is assigned. */
  void assigned(Attribute attribute) {
    assigned.add(attribute);
  }

  /** Something of the module's is set that nobody reads. */
  void assigned(String what) {
    assigned.add(new Attribute("", what));
  }

  /** An attribute is read where it may not have been assigned before. */
  void readFirst(Attribute attribute) {
    readFirst.add(attribute);
  }

  /** Something of the module's is changed in place. */
  void changed(String what) {
    changed.add(what);
  }

  /** The code doesn't say whether it keeps something. */
  void doubt(String why) {
    doubts.add(why);
  }

  /**
   * The code does in evaluation what is for training.
   *
   * @param here whether that is written there, and not in a layer of PyTorch's
   */
  void trains(String what, boolean here) {
    training.add(what);
    if (here) {
      written.add(what);
    }
  }

  /**
   * What is kept. What isn't known may be as bad as can be: where something is kept for certain, it
   * is taken for that.
   */
  KeptState state() {
    boolean keeps = !changed.isEmpty() || !assigned.isEmpty();
    if (!changed.isEmpty() || (keeps && !doubts.isEmpty()) || !readBy(this).isEmpty()) {
      return KeptState.ACCUMULATED;
    }
    if (!doubts.isEmpty()) {
      return KeptState.UNKNOWN;
    }
    return keeps ? KeptState.OVERWRITTEN : KeptState.NONE;
  }

  /** What is assigned here, and read first there. */
  Set<String> readBy(Findings there) {
    Set<String> read = new LinkedHashSet<>();
    for (Attribute attribute : assigned) {
      if (there.readFirst.stream().anyMatch(attribute::mayBe)) {
        read.add(attribute.toString());
      }
    }
    return read;
  }

  /** What is kept, as in {@code features of Net}. */
  Set<String> kept() {
    Set<String> kept = new LinkedHashSet<>();
    assigned.forEach(attribute -> kept.add(attribute.toString()));
    kept.addAll(changed);
    return kept;
  }

  Set<String> doubts() {
    return doubts;
  }

  /** The generator of random numbers, which is one for the process, is set to a state. */
  void seeds() {
    seeds = true;
    assigned("PyTorch's generator of random numbers");
  }

  boolean areSeeds() {
    return seeds;
  }

  /** What the user gives is or may be changed in place. */
  void changesInputs() {
    changesInputs = true;
  }

  boolean areInputsChanged() {
    return changesInputs || !doubts.isEmpty();
  }

  /** What is done though it is for training. */
  Set<String> training() {
    return training;
  }

  /** Which of that is not in a layer of PyTorch's. */
  Set<String> written() {
    return written;
  }
}
