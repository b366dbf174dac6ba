(* Optima, risk decomposition and gain for every mixture, in every dimension.

   What is assumed, all of it as hypotheses of the section, none as an axiom:
   - V is a real vector space (parameters theta);
   - K is any set of task classes with an expectation EK over them, and within class k the draws of tasks have an
     expectation ED k: each is linear, monotone, gives constants their value, and sees only the values of a function;
   - S k is the class's covariance and Q k its curvature after adaptation, both as symmetric bilinear forms on V;
     what Q is made of does not matter here;
   - star k w is the optimal solution of draw w of class k; it has mean c k, in the sense that a linear form has its
     mean there: ED (B (star w) u) = B (c k) u for B = S k and Q k.
   Every expectation below is of a finite quantity: that is what it means to write it as a real number.

   Written by hand; self-contained; compile with plain `coqc`. *)
Require Import Reals Lra.
Open Scope R_scope.

Record expectation {A : Type} (E : (A -> R) -> R) : Prop := {
  same_values : forall f g, (forall a, f a = g a) -> E f = E g;
  additive : forall f g, E (fun a => f a + g a) = E f + E g;
  homogeneous : forall r f, E (fun a => r * f a) = r * E f;
  constant : forall r, E (fun _ => r) = r;
  monotone : forall f, (forall a, 0 <= f a) -> 0 <= E f }.

Section Mixture.
  (* Parameters. *)
  Variable V : Type.
  Variables (plus : V -> V -> V) (times : R -> V -> V) (zero : V).
  Hypothesis plus_commutes : forall u v, plus u v = plus v u.
  Hypothesis plus_associates : forall u v w, plus u (plus v w) = plus (plus u v) w.
  Hypothesis plus_zero : forall u, plus u zero = u.
  Hypothesis plus_opposite : forall u, plus u (times (-1) u) = zero.

  Definition minus u v := plus u (times (-1) v).

  (* Symmetric bilinear forms. *)
  Record form (B : V -> V -> R) : Prop := {
    symmetric : forall u v, B u v = B v u;
    linear_plus : forall u v w, B (plus u v) w = B u w + B v w;
    linear_times : forall r u w, B (times r u) w = r * B u w }.
  Definition semidefinite (B : V -> V -> R) := forall u, 0 <= B u u.
  Definition definite (B : V -> V -> R) := forall u, B u u = 0 -> u = zero.

  (* Tasks. *)
  Variables K D : Type.
  Variable EK : (K -> R) -> R.
  Variable ED : K -> (D -> R) -> R.
  Hypothesis EK_expectation : expectation EK.
  Hypothesis ED_expectation : forall k, expectation (ED k).
  Definition E (f : K -> D -> R) := EK (fun k => ED k (f k)).

  Variables (star : K -> D -> V) (c : K -> V).

  Lemma minus_left B u v w : form B -> B (minus u v) w = B u w - B v w.
  Proof. intro F; unfold minus; rewrite (linear_plus _ F), (linear_times _ F); ring. Qed.
  Lemma minus_right B u v w : form B -> B w (minus u v) = B w u - B w v.
  Proof. intro F; rewrite (symmetric _ F), (minus_left _ _ _ _ F), (symmetric _ F u), (symmetric _ F v); ring. Qed.

  Lemma minus_zero u v : minus u v = zero -> u = v.
  Proof.
    intro H; unfold minus in H.
    rewrite <- (plus_zero u), <- (plus_opposite v), (plus_commutes v), plus_associates, H, plus_commutes.
    apply plus_zero.
  Qed.

  Lemma E_same f g : (forall k w, f k w = g k w) -> E f = E g.
  Proof.
    intro H; apply (same_values _ EK_expectation); intro k.
    apply (same_values _ (ED_expectation k)); intro w; apply H.
  Qed.
  Lemma E_plus f g : E (fun k w => f k w + g k w) = E f + E g.
  Proof.
    unfold E; rewrite <- (additive _ EK_expectation).
    apply (same_values _ EK_expectation); intro k; apply (additive _ (ED_expectation k)).
  Qed.
  Lemma E_times r f : E (fun k w => r * f k w) = r * E f.
  Proof.
    unfold E; rewrite <- (homogeneous _ EK_expectation).
    apply (same_values _ EK_expectation); intro k; apply (homogeneous _ (ED_expectation k)).
  Qed.
  Lemma E_class f : E (fun k _ => f k) = EK f.
  Proof. apply (same_values _ EK_expectation); intro k; apply (constant _ (ED_expectation k)). Qed.

  (* A learner's objective: the average of half the squared distance in the class's form. *)
  Section Learner.
    Variable M : K -> V -> V -> R.
    Hypothesis M_form : forall k, form (M k).

    Definition bar u v := EK (fun k => M k u v).
    Definition objective theta := E (fun k w => / 2 * M k (minus theta (star k w)) (minus theta (star k w))).
    (* Stationary: the derivative along every direction u vanishes. *)
    Definition slope theta u := E (fun k w => M k (minus theta (star k w)) u).
    Definition stationary theta := forall u, slope theta u = 0.

    Lemma bar_form : form bar.
    Proof.
      unfold bar; split; intros.
      - apply (same_values _ EK_expectation); intro k; apply (symmetric _ (M_form k)).
      - rewrite <- (additive _ EK_expectation).
        apply (same_values _ EK_expectation); intro k; apply (linear_plus _ (M_form k)).
      - rewrite <- (homogeneous _ EK_expectation).
        apply (same_values _ EK_expectation); intro k; apply (linear_times _ (M_form k)).
    Qed.

    (* The objective at theta + t u, exactly: so [slope] is its derivative. *)
    Theorem objective_along_a_line theta u t :
      objective (plus theta (times t u)) = objective theta + t * slope theta u + / 2 * t ^ 2 * bar u u.
    Proof.
      unfold objective, slope, bar; rewrite <- (E_class (fun k => M k u u)).
      rewrite <- E_times, <- E_plus, <- E_times, <- E_plus; apply E_same; intros k w.
      pose proof (M_form k) as F.
      rewrite !(minus_left _ _ _ _ F), !(minus_right _ _ _ _ F), !(linear_plus _ F), !(linear_times _ F).
      rewrite (symmetric _ F theta (plus _ _)), (symmetric _ F u (plus _ _)), (symmetric _ F (star k w) (plus _ _)).
      rewrite !(linear_plus _ F), !(linear_times _ F).
      rewrite (symmetric _ F u theta), (symmetric _ F (star k w) theta), (symmetric _ F u (star k w)); field.
    Qed.

    (* Stationary points solve E[M] theta = E[M theta star], and nothing else does. *)
    Theorem stationary_iff_normal_equations theta :
      stationary theta <-> forall u, bar theta u = E (fun k w => M k (star k w) u).
    Proof.
      assert (G : forall u, slope theta u = bar theta u - E (fun k w => M k (star k w) u)).
      { intro u; unfold slope, bar; rewrite <- (E_class (fun k => M k theta u)).
        replace (E (fun k _ => M k theta u) - E (fun k w => M k (star k w) u))
          with (E (fun k _ => M k theta u) + -1 * E (fun k w => M k (star k w) u)) by ring.
        rewrite <- E_times, <- E_plus; apply E_same; intros; rewrite (minus_left _ _ _ _ (M_form k)); ring. }
      unfold stationary; split; intros H u; specialize (H u); rewrite G in *; lra.
    Qed.

    Theorem risk_decomposition best theta :
      stationary best -> objective theta = objective best + / 2 * bar (minus theta best) (minus theta best).
    Proof.
      intro H; pose proof (objective_along_a_line best (minus theta best) 1) as L.
      rewrite (H (minus theta best)) in L.
      replace (objective theta) with (objective (plus best (times 1 (minus theta best)))); [rewrite L; ring |].
      unfold objective; apply E_same; intros k w; pose proof (M_form k) as F.
      assert (X : forall v, M k (minus (plus best (times 1 (minus theta best))) (star k w)) v
                            = M k (minus theta (star k w)) v).
      { intro v; rewrite !(minus_left _ _ _ _ F), (linear_plus _ F), (linear_times _ F), (minus_left _ _ _ _ F); ring. }
      rewrite X, (symmetric _ F _ (minus (plus _ _) _)), X; ring.
    Qed.

    Theorem stationary_is_best best theta :
      (forall k, semidefinite (M k)) -> stationary best -> objective best <= objective theta.
    Proof.
      intros P H; rewrite (risk_decomposition _ theta H).
      assert (0 <= bar (minus theta best) (minus theta best)) by (apply (monotone _ EK_expectation); intro; apply P).
      lra.
    Qed.

    Theorem best_is_unique best theta :
      definite bar -> stationary best -> stationary theta -> theta = best.
    Proof.
      intros P H G; apply minus_zero, P.
      pose proof (risk_decomposition _ theta H) as A; pose proof (risk_decomposition _ best G) as B.
      assert (bar (minus best theta) (minus best theta) = bar (minus theta best) (minus theta best)); [| lra].
      pose proof bar_form as F; rewrite !(minus_left _ _ _ _ F), !(minus_right _ _ _ _ F); ring.
    Qed.
  End Learner.

  (* NAL minimises the average over the covariances S, MAML over the adapted curvatures Q; risks are MAML's objective. *)
  Variables S Q : K -> V -> V -> R.
  Hypothesis S_form : forall k, form (S k).
  Hypothesis Q_form : forall k, form (Q k).
  Variables theta_NAL theta_MAML : V.
  Hypothesis NAL_stationary : stationary S theta_NAL.
  Hypothesis MAML_stationary : stationary Q theta_MAML.
  Definition gain := objective Q theta_NAL - objective Q theta_MAML.

  Theorem gain_is_a_squared_distance :
    gain = / 2 * bar Q (minus theta_NAL theta_MAML) (minus theta_NAL theta_MAML).
  Proof. unfold gain; rewrite (risk_decomposition Q Q_form _ theta_NAL MAML_stationary); ring. Qed.

  Theorem gain_nonnegative : (forall k, semidefinite (Q k)) -> 0 <= gain.
  Proof.
    intro P; rewrite gain_is_a_squared_distance.
    assert (0 <= bar Q (minus theta_NAL theta_MAML) (minus theta_NAL theta_MAML))
      by (apply (monotone _ EK_expectation); intro; apply P).
    lra.
  Qed.

  Theorem gain_zero_iff_same_optimum : definite (bar Q) -> (gain = 0 <-> theta_NAL = theta_MAML).
  Proof.
    intro P; split; intro H.
    - apply minus_zero, P; rewrite gain_is_a_squared_distance in H; lra.
    - unfold gain; rewrite H; ring.
  Qed.

  Hypothesis S_centre : forall k u, ED k (fun w => S k (star k w) u) = S k (c k) u.
  Hypothesis Q_centre : forall k u, ED k (fun w => Q k (star k w) u) = Q k (c k) u.

  Lemma slope_at_centres M theta u :
    (forall k, form (M k)) -> (forall k v, ED k (fun w => M k (star k w) v) = M k (c k) v) ->
    slope M theta u = EK (fun k => M k (minus theta (c k)) u).
  Proof.
    intros F C; unfold slope, E; apply (same_values _ EK_expectation); intro k.
    rewrite (minus_left _ _ _ _ (F k)), <- (C k u).
    rewrite (same_values _ (ED_expectation k) _ (fun w => M k theta u + -1 * M k (star k w) u))
      by (intro; rewrite (minus_left _ _ _ _ (F k)); ring).
    rewrite (additive _ (ED_expectation k)), (homogeneous _ (ED_expectation k)), (constant _ (ED_expectation k)); ring.
  Qed.

  (* The same covariance in every class, hence the same curvature: no gain, whatever the geography. *)
  Theorem same_covariance_no_gain (S0 Q0 : V -> V -> R) (mean : V) :
    (forall k u v, S k u v = S0 u v) -> (forall k u v, Q k u v = Q0 u v) -> definite (bar S) ->
    (forall u, EK (fun k => S0 (c k) u) = S0 mean u) -> (forall u, EK (fun k => Q0 (c k) u) = Q0 mean u) ->
    gain = 0.
  Proof.
    intros SS QQ P MS MQ.
    assert (X : forall M (M0 : V -> V -> R), (forall k, form (M k)) -> (forall k u v, M k u v = M0 u v) ->
                (forall k v, ED k (fun w => M k (star k w) v) = M k (c k) v) ->
                (forall u, EK (fun k => M0 (c k) u) = M0 mean u) ->
                forall theta u, slope M theta u = bar M (minus theta mean) u).
    { intros M M0 F MM C Mean theta u; rewrite (slope_at_centres M theta u F C).
      rewrite (minus_left _ _ _ _ (bar_form M F)); unfold bar.
      rewrite (same_values _ EK_expectation (fun k => M k mean u) (fun _ => M0 mean u)) by (intro; apply MM).
      rewrite (constant _ EK_expectation), <- Mean.
      rewrite (same_values _ EK_expectation _ (fun k => M k theta u + -1 * M0 (c k) u))
        by (intro k; rewrite (minus_left _ _ _ _ (F k)), <- (MM k); ring).
      rewrite (additive _ EK_expectation), (homogeneous _ EK_expectation); ring. }
    assert (N : theta_NAL = mean).
    { apply minus_zero, P; rewrite <- (X S S0 S_form SS S_centre MS); apply NAL_stationary. }
    rewrite gain_is_a_squared_distance, N.
    pose proof (MAML_stationary (minus theta_MAML mean)) as Z; rewrite (X Q Q0 Q_form QQ Q_centre MQ) in Z.
    pose proof (bar_form Q Q_form) as F.
    rewrite !(minus_left _ _ _ _ F), !(minus_right _ _ _ _ F) in *; lra.
  Qed.

  (* The same centre in every class: no gain, whatever the hardness. *)
  Theorem same_centre_no_gain (centre : V) : (forall k, c k = centre) -> definite (bar S) -> gain = 0.
  Proof.
    intros CC P.
    assert (X : forall M, (forall k, form (M k)) -> (forall k v, ED k (fun w => M k (star k w) v) = M k (c k) v) ->
                forall theta u, slope M theta u = bar M (minus theta centre) u).
    { intros M F C theta u; rewrite (slope_at_centres M theta u F C).
      apply (same_values _ EK_expectation); intro k; rewrite CC; reflexivity. }
    assert (N : theta_NAL = centre).
    { apply minus_zero, P; rewrite <- (X S S_form S_centre); apply NAL_stationary. }
    rewrite gain_is_a_squared_distance, N.
    pose proof (MAML_stationary (minus theta_MAML centre)) as Z; rewrite (X Q Q_form Q_centre) in Z.
    pose proof (bar_form Q Q_form) as F.
    rewrite !(minus_left _ _ _ _ F), !(minus_right _ _ _ _ F) in *; lra.
  Qed.
End Mixture.
