package io.ostinato.metric;

/**
 * Counts in which one class doesn't occur.
 *
 * @param without the class, from 0; any other number leaves out none
 */
record TallyWithoutClass(ClassTally counts, long without) implements ClassTally {

  @Override
  public int classes() {
    return counts.classes();
  }

  @Override
  public long ofHits(int one) {
    return one == without ? 0 : counts.ofHits(one);
  }

  @Override
  public long ofPredicted(int one) {
    return one == without ? 0 : counts.ofPredicted(one);
  }

  @Override
  public long ofTarget(int one) {
    return one == without ? 0 : counts.ofTarget(one);
  }

  @Override
  public boolean countsAbsent() {
    return counts.countsAbsent();
  }
}
