(* What proofs of limits without a pole rest on: they are found term by term. Needs Prelude.v before it.
   A filter says where the variable is. *)
Class filter (F : (R -> Prop) -> Prop) : Prop := {
  filter_and : forall P Q, F P -> F Q -> F (fun x => P x /\ Q x);
  filter_weaker : forall P Q : R -> Prop, F P -> (forall x, P x -> Q x) -> F Q;
  filter_all : forall P : R -> Prop, (forall x, P x) -> F P }.
Definition close a (P : R -> Prop) := exists delta, 0 < delta /\ forall x, Rabs (x - a) < delta -> P x.
Definition out (P : R -> Prop) := exists M, forall x, M < x -> P x.
Definition down (P : R -> Prop) := exists M, forall x, x < M -> P x.
Definition tends (F : (R -> Prop) -> Prop) f l := forall eps, 0 < eps -> F (fun x => Rabs (f x - l) < eps).

#[global] Instance close_filter a : filter (close a).
Proof.
  split.
  - intros P Q (d & D & H) (e & E & K); exists (Rmin d e); split; [apply Rmin_glb_lt; assumption |].
    intros x T; split; [apply H | apply K]; eapply Rlt_le_trans; try exact T; [apply Rmin_l | apply Rmin_r].
  - intros P Q (d & D & H) W; exists d; split; [exact D | intros x T; apply W, H, T].
  - intros P H; exists 1; split; [lra | intros x _; apply H].
Qed.
#[global] Instance out_filter : filter out.
Proof.
  split.
  - intros P Q (M & H) (N & K); exists (Rmax M N); intros x T; pose proof (Rmax_l M N); pose proof (Rmax_r M N).
    split; [apply H | apply K]; lra.
  - intros P Q (M & H) W; exists M; intros x T; apply W, H, T.
  - intros P H; exists 0; intros x _; apply H.
Qed.
#[global] Instance down_filter : filter down.
Proof.
  split.
  - intros P Q (M & H) (N & K); exists (Rmin M N); intros x T; pose proof (Rmin_l M N); pose proof (Rmin_r M N).
    split; [apply H | apply K]; lra.
  - intros P Q (M & H) W; exists M; intros x T; apply W, H, T.
  - intros P H; exists 0; intros x _; apply H.
Qed.

Lemma tends_is F f k l : tends F f k -> k = l -> tends F f l.
Proof. intros H E; rewrite <- E; exact H. Qed.
Lemma tends_here a : tends (close a) (fun x => x) a.
Proof. intros e E; exists e; split; [exact E | intros x T; exact T]. Qed.
Lemma inverse_small x e : 0 < e -> 1 / e < Rabs x -> Rabs (/ x - 0) < e.
Proof.
  intros E H; pose proof (Rdiv_lt_0_compat 1 e Rlt_0_1 E); rewrite Rminus_0_r, Rabs_inv.
  replace e with (/ (1 / e)) by (field; lra); apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra | exact H].
Qed.
Lemma tends_out : tends out (fun x => / x) 0.
Proof.
  intros e E; exists (1 / e); intros x T; apply inverse_small; [exact E |].
  pose proof (Rdiv_lt_0_compat 1 e Rlt_0_1 E); rewrite Rabs_pos_eq; lra.
Qed.
Lemma tends_down : tends down (fun x => / x) 0.
Proof.
  intros e E; exists (- (1 / e)); intros x T; apply inverse_small; [exact E |].
  pose proof (Rdiv_lt_0_compat 1 e Rlt_0_1 E); rewrite Rabs_left; lra.
Qed.

Section TermByTerm.
Context {F : (R -> Prop) -> Prop} {isFilter : filter F}.
Lemma tends_const c : tends F (fun _ => c) c.
Proof. intros e E; apply filter_all; intros _; rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; exact E. Qed.
Lemma tends_opp f l : tends F f l -> tends F (fun x => - f x) (- l).
Proof.
  intros H e E; apply (filter_weaker _ _ (H e E)); intros x T.
  rewrite <- Rabs_Ropp; replace (- (- f x - - l)) with (f x - l) by ring; exact T.
Qed.
Lemma tends_plus f g k l : tends F f k -> tends F g l -> tends F (fun x => f x + g x) (k + l).
Proof.
  intros H K e E; apply (filter_weaker _ _ (filter_and _ _ (H (e / 2) ltac:(lra)) (K (e / 2) ltac:(lra)))).
  intros x (S & T); replace (f x + g x - (k + l)) with ((f x - k) + (g x - l)) by ring.
  apply (Rle_lt_trans _ _ _ (Rabs_triang _ _)); lra.
Qed.
Lemma tends_minus f g k l : tends F f k -> tends F g l -> tends F (fun x => f x - g x) (k - l).
Proof. intros H K; exact (tends_plus _ _ _ _ H (tends_opp _ _ K)). Qed.
Lemma tends_mult f g k l : tends F f k -> tends F g l -> tends F (fun x => f x * g x) (k * l).
Proof.
  intros H K e E; pose proof (Rabs_pos k) as A; pose proof (Rabs_pos l) as B.
  set (c := 1 + Rabs k + Rabs l); assert (C : 0 < c) by (unfold c; lra).
  set (d := Rmin 1 (e / c)); assert (D : 0 < d) by (apply Rmin_glb_lt; [lra | apply Rdiv_lt_0_compat; assumption]).
  apply (filter_weaker _ _ (filter_and _ _ (H d D) (K d D))); intros x (S & T).
  replace (f x * g x - k * l) with ((f x - k) * (g x - l) + (k * (g x - l) + l * (f x - k))) by ring.
  apply (Rle_lt_trans _ _ _ (Rabs_triang _ _)).
  apply (Rle_lt_trans _ (Rabs ((f x - k) * (g x - l)) + (Rabs (k * (g x - l)) + Rabs (l * (f x - k))))).
  { apply Rplus_le_compat_l, Rabs_triang. }
  rewrite !Rabs_mult; apply (Rlt_le_trans _ (d * 1 + (Rabs k * d + Rabs l * d))).
  - apply Rplus_lt_le_compat.
    + apply Rmult_le_0_lt_compat; try apply Rabs_pos; [exact S |].
      apply (Rlt_le_trans _ _ _ T), Rmin_l.
    + apply Rplus_le_compat; apply Rmult_le_compat_l; lra.
  - replace (d * 1 + (Rabs k * d + Rabs l * d)) with (d * c) by (unfold c; ring).
    replace e with (e / c * c) by (field; lra); apply Rmult_le_compat_r; [lra | apply Rmin_r].
Qed.
Lemma tends_inv f l : tends F f l -> l <> 0 -> tends F (fun x => / f x) (/ l).
Proof.
  intros H N e E; pose proof (Rabs_pos_lt l N) as A.
  set (d := Rmin (Rabs l / 2) (e * (Rabs l * Rabs l / 2))).
  assert (Q : 0 < Rabs l * Rabs l / 2) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; exact A | lra]).
  assert (D : 0 < d) by (apply Rmin_glb_lt; [lra | apply Rmult_lt_0_compat; assumption]).
  apply (filter_weaker _ _ (H d D)); intros x T.
  pose proof (Rlt_le_trans _ _ _ T (Rmin_l _ _)) as T1; pose proof (Rlt_le_trans _ _ _ T (Rmin_r _ _)) as T2.
  pose proof (Rabs_triang_inv l (l - f x)) as I; rewrite (Rabs_minus_sym l) in I.
  replace (l - (l - f x)) with (f x) in I by ring.
  assert (L : Rabs l / 2 < Rabs (f x)) by lra.
  assert (M : f x <> 0) by (intro Z; rewrite Z, Rabs_R0 in L; lra).
  replace (/ f x - / l) with (- (f x - l) * / (f x * l)) by (field; split; assumption).
  rewrite Rabs_mult, Rabs_Ropp, Rabs_inv, Rabs_mult.
  assert (P : 0 < Rabs (f x) * Rabs l) by (apply Rmult_lt_0_compat; lra).
  apply (Rmult_lt_reg_r (Rabs (f x) * Rabs l)); [exact P |].
  replace (Rabs (f x - l) * / (Rabs (f x) * Rabs l) * (Rabs (f x) * Rabs l)) with (Rabs (f x - l)) by (field; lra).
  apply (Rlt_le_trans _ _ _ T2), Rmult_le_compat_l; [lra |].
  replace (Rabs l * Rabs l / 2) with (Rabs l / 2 * Rabs l) by field; apply Rmult_le_compat_r; lra.
Qed.
Lemma tends_div f g k l : tends F f k -> tends F g l -> l <> 0 -> tends F (fun x => f x / g x) (k / l).
Proof. intros H K N; exact (tends_mult _ _ _ _ H (tends_inv _ _ K N)). Qed.
Lemma tends_pow f l n : tends F f l -> tends F (fun x => f x ^ n) (l ^ n).
Proof. intro H; induction n as [| n IH]; [exact (tends_const 1) | exact (tends_mult _ _ _ _ H IH)]. Qed.
Lemma tends_over f l : tends F f l -> tends F (fun x => / x) 0 -> tends F (fun x => f x / x) 0.
Proof. intros H K; apply (tends_is _ _ (l * 0)); [exact (tends_mult _ _ _ _ H K) | ring]. Qed.
Lemma tends_over_pow f l n : tends F f l -> tends F (fun x => / x) 0 -> tends F (fun x => f x / x ^ S n) 0.
Proof.
  intros H K; apply (tends_is _ _ (l * 0 ^ S n)); [| cbn [pow]; ring].
  intros e E; apply (filter_weaker _ _ (tends_mult _ _ _ _ H (tends_pow _ _ (S n) K) e E)).
  intros x T; unfold Rdiv; rewrite <- pow_inv; exact T.
Qed.
End TermByTerm.

(* A denominator is not zero, because it equals something that is known not to be. *)
Ltac nz_by_value := match goal with B : ?v <> 0 |- ?e <> 0 => solve [ replace e with v by (field; nz); exact B ] end.

(* The limit of an expression, from those of what it names; nothing is divided by that tends to 0. *)
Ltac term_by_term :=
  match goal with
  | |- tends _ (fun x => ?c) _ => apply tends_const
  | |- tends (close _) (fun x => x) _ => apply tends_here
  | H : tends ?F ?f _ |- tends ?F (fun x => ?f x) _ => exact H
  | |- tends _ (fun x => @?f x + @?g x) _ => eapply (tends_plus f g); term_by_term
  | |- tends _ (fun x => @?f x - @?g x) _ => eapply (tends_minus f g); term_by_term
  | |- tends _ (fun x => - @?f x) _ => eapply (tends_opp f); term_by_term
  | |- tends _ (fun x => @?f x * @?g x) _ => eapply (tends_mult f g); term_by_term
  | |- tends _ (fun x => @?f x ^ ?n) _ => eapply (tends_pow f); term_by_term
  | |- tends out (fun x => @?f x / x) _ => eapply (tends_over f); [term_by_term | apply tends_out]
  | |- tends down (fun x => @?f x / x) _ => eapply (tends_over f); [term_by_term | apply tends_down]
  | |- tends out (fun x => @?f x / x ^ _) _ => eapply (tends_over_pow f); [term_by_term | apply tends_out]
  | |- tends down (fun x => @?f x / x ^ _) _ => eapply (tends_over_pow f); [term_by_term | apply tends_down]
  | |- tends _ (fun x => @?f x / @?g x) _ => eapply (tends_div f g); [term_by_term | term_by_term | cbn beta; first [ nz | nz_by_value ]]
  end.
