package io.ostinato.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of the house, over all modules. */
@AnalyzeClasses(packages = "io.ostinato", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule COMMANDS_DONT_KNOW_EACH_OTHER =
      slices().matching("io.ostinato.jobs.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule ARROWS_GO_DOWNWARDS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ostinato.jobs..");
}
