package io.ostinato.torchscript;

import java.util.LinkedHashSet;
import java.util.Set;

/** Collects the findings about a module's code. */
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
   * An attribute of a class. If a module contains a class twice, both have the same attribute.
   *
   * @param owner the name of its class; empty if unknown
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

  /** Records that an attribute of the module is assigned. */
  void assigned(Attribute attribute) {
    assigned.add(attribute);
  }

  /** Records that something in the module is set which no code reads. */
  void assigned(String what) {
    assigned.add(new Attribute("", what));
  }

  /** Records that an attribute is read that may not have been assigned before. */
  void readFirst(Attribute attribute) {
    readFirst.add(attribute);
  }

  /** Records that something in the module is changed in place. */
  void changed(String what) {
    changed.add(what);
  }

  /** Records why it is unknown whether the code keeps something. */
  void doubt(String why) {
    doubts.add(why);
  }

  /**
   * Records that the code does something in evaluation mode that is meant for training.
   *
   * @param here whether the module's own code does it, rather than a layer of PyTorch
   */
  void trains(String what, boolean here) {
    training.add(what);
    if (here) {
      written.add(what);
    }
  }

  /**
   * The state that is kept. If something is certainly kept, anything unknown is treated as the
   * worst case.
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

  /** The attributes assigned here and possibly read there before they are assigned. */
  Set<String> readBy(Findings there) {
    Set<String> read = new LinkedHashSet<>();
    for (Attribute attribute : assigned) {
      if (there.readFirst.stream().anyMatch(attribute::mayBe)) {
        read.add(attribute.toString());
      }
    }
    return read;
  }

  /** What is kept, such as {@code features of Net}. */
  Set<String> kept() {
    Set<String> kept = new LinkedHashSet<>();
    assigned.forEach(attribute -> kept.add(attribute.toString()));
    kept.addAll(changed);
    return kept;
  }

  Set<String> doubts() {
    return doubts;
  }

  /**
   * Records that the code sets the state of the random number generator, which is shared by the
   * process.
   */
  void seeds() {
    seeds = true;
    assigned("PyTorch's random number generator");
  }

  boolean areSeeds() {
    return seeds;
  }

  /** Records that the user's inputs are, or may be, changed in place. */
  void changesInputs() {
    changesInputs = true;
  }

  boolean areInputsChanged() {
    return changesInputs || !doubts.isEmpty();
  }

  /** Operations in evaluation mode that are meant for training. */
  Set<String> training() {
    return training;
  }

  /**
   * Those among {@link #training} that are in the module's own code rather than in a layer of
   * PyTorch.
   */
  Set<String> written() {
    return written;
  }
}
