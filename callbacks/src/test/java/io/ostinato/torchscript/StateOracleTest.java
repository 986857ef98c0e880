package io.ostinato.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.torchscript.StateModules.Observed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** What the code says of many small modules, against what PyTorch does with them. */
class StateOracleTest {
  private static final StateModules MODULES = StateModules.read();
  private static final Map<String, Observed> OBSERVED = MODULES.observed();
  private static final Map<String, ModuleFacts> FACTS = facts();

  private static Map<String, ModuleFacts> facts() {
    Map<String, ModuleFacts> facts = new LinkedHashMap<>();
    MODULES.content().forEach((name, content) -> facts.put(name, ModuleFacts.of(content)));
    return facts;
  }

  @Test
  void thereAreModulesOfAllKinds() {
    assertThat(FACTS.keySet()).isEqualTo(OBSERVED.keySet()).hasSizeGreaterThan(100);
    assertThat(OBSERVED.values()).filteredOn(Observed::changes).hasSizeGreaterThan(70);
    assertThat(OBSERVED.values()).filteredOn(Observed::depends).hasSizeGreaterThan(60);
    assertThat(OBSERVED.values()).filteredOn(each -> !each.changes()).hasSizeGreaterThan(15);
  }

  @Test
  void whatChangesIsNeverTakenForAModuleThatKeepsNothing() {
    assertThat(
            modules(
                (facts, seen) ->
                    facts.state() == KeptState.NONE && (seen.changes() || seen.depends())))
        .isEmpty();
  }

  @Test
  void whereABatchDependsOnEarlierOnesTheModuleIsPutBackForEach() {
    assertThat(modules((facts, seen) -> facts.state() == KeptState.OVERWRITTEN && seen.depends()))
        .isEmpty();
    assertThat(
            modules(
                (facts, seen) ->
                    facts.state() == KeptState.OVERWRITTEN
                        && facts.leftovers().isEmpty()
                        && !seen.leftovers().isEmpty()))
        .as("methods that come first in their batch")
        .isEmpty();
  }

  @Test
  void fewModulesThatKeepNothingAreTakenForOthers() {
    assertThat(modules((facts, seen) -> facts.state() != KeptState.NONE && !seen.changes()))
        .containsExactlyInAnyOrder(
            "assigned-by-flag", // which flag is set is among the module's values, not in its code
            "batch-norm-by-flag",
            "frozen-flag",
            "seeds"); // the generator is not the module's, but others have it too
    assertThat(modules((facts, seen) -> facts.state() == KeptState.UNKNOWN))
        .containsExactly("batch-norm-by-flag");
  }

  @Test
  void fewModulesArePutBackForEachBatchInVain() {
    assertThat(modules((facts, seen) -> facts.state() == KeptState.ACCUMULATED && !seen.depends()))
        .containsExactlyInAnyOrder(
            "cache-of-a-size", // the same whatever came before, which takes its values to know
            "dict-deleted",
            "in-place-data", // a buffer that is filled anew, which takes its shape to know
            "in-place-item",
            "out",
            "two-of-one-class");
  }

  @Test
  void helpersOfForwardAreNoReasonToPutTheModuleBack() {
    ModuleFacts helpers = Objects.requireNonNull(FACTS.get("helpers"));
    assertThat(helpers.state()).isEqualTo(KeptState.OVERWRITTEN);
    assertThat(helpers.leftovers()).containsExactly("features of Helpers");
    ModuleFacts assigned = Objects.requireNonNull(FACTS.get("assigned"));
    assertThat(assigned.leftovers()).isEmpty();
  }

  @Test
  void privateMethodsCanBeCalledToo() {
    ModuleFacts facts = Objects.requireNonNull(FACTS.get("private-method-assigns"));
    assertThat(facts.state()).isEqualTo(KeptState.OVERWRITTEN);
    assertThat(facts.kept()).containsExactly("features of PrivateMethodAssigns");
  }

  @Test
  void whatTheModuleDoesToOthersIsKnown() {
    assertThat(modules((facts, seen) -> facts.seeds())).containsExactly("seeds");
    assertThat(modules((facts, seen) -> facts.changesInputs() && facts.state() == KeptState.NONE))
        .containsExactly("input-in-place");
    assertThat(modules((facts, seen) -> !facts.hooks().isEmpty()))
        .containsExactly("hook-of-the-module");
  }

  private static Set<String> modules(BiPredicate<ModuleFacts, Observed> condition) {
    Set<String> found = new TreeSet<>();
    FACTS.forEach(
        (name, facts) -> {
          if (condition.test(facts, Objects.requireNonNull(OBSERVED.get(name), name))) {
            found.add(name);
          }
        });
    return found;
  }
}
