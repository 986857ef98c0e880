package io.ostinato.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A nondeterministic automaton over code points. All states that a name can be in are followed at
 * once, so that the time to match is at most proportional to the length of the name times the
 * number of states. Filled by one thread; can then be used by any number of threads.
 */
final class Automaton {
  private static final IntPredicate NOTHING = point -> false;

  private final List<IntPredicate> accepted = new ArrayList<>();
  private final List<int[]> next = new ArrayList<>();

  /** The number of states, which is the index of the state to be added next and of the end. */
  int size() {
    return accepted.size();
  }

  /** Adds a state that takes one code point and leads to the state added after it. */
  void take(IntPredicate points) {
    accepted.add(points);
    next.add(new int[0]);
  }

  /** Adds a state that takes nothing and leads to all of these states; returns its index. */
  int fork(int... states) {
    accepted.add(NOTHING);
    next.add(states);
    return size() - 1;
  }

  /** Replaces the states that a fork leads to. */
  void lead(int fork, int... states) {
    next.set(fork, states);
  }

  /** Whether the whole name leads from the first state to the end. */
  boolean accepts(String name) {
    BitSet now = new BitSet(size() + 1);
    enter(0, now);
    int[] points = name.codePoints().toArray();
    for (int i = 0; i < points.length && !now.isEmpty(); i++) {
      BitSet after = new BitSet(size() + 1);
      for (int state = now.nextSetBit(0); state >= 0; state = now.nextSetBit(state + 1)) {
        if (state < size() && accepted.get(state).test(points[i])) {
          enter(state + 1, after);
        }
      }
      now = after;
    }
    return now.get(size());
  }

  /** Enters a state and all that it leads to without a code point. */
  private void enter(int state, BitSet entered) {
    Deque<Integer> open = new ArrayDeque<>(List.of(state));
    while (!open.isEmpty()) {
      int one = open.pop();
      if (!entered.get(one)) {
        entered.set(one);
        if (one < size()) {
          for (int following : next.get(one)) {
            open.push(following);
          }
        }
      }
    }
  }
}
